"""What a reader of the segment builder chooses from: fields with their spread, and templates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.models.rfm import SEGMENTS, segment_table
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.segments import Basis, judgement, masks_of
from analytics.reports.segments_rfm import rfm_scores
from clickhouse_schema.queries.segment_fields import (
    category_customers,
    field_histogram,
    field_months,
    field_range,
    place_customers,
    popular_products,
    product_names,
)
from clickhouse_schema.rules.compile import Judgement, Logic
from clickhouse_schema.rules.tree import MOST_CHOICES, Condition, Group, parse
from clickhouse_schema.rules.vocabulary import FIELDS

_BINS = 30
_MOST_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """
    How customers are spread over a field.

    Attributes:
        field: Its word.
        edges: Where bins begin and, last, where the last one ends (inf: open), in the
            field's unit; empty for names and dates.
        days: First day of each month; empty for numbers and names.
        names: As conditions use them; empty for numbers and dates.
        labels: What to show for the names.
        customers: Per bin, month or name; for products lines sold.
        middle: Median of a number; NaN otherwise.
        missing: Customers without the number: no second order, nothing bought.
    """

    field: str
    edges: tuple[float, ...] = ()
    days: tuple[date, ...] = ()
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    customers: tuple[int, ...] = ()
    middle: float = math.nan
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """
    A segment to start from.

    Attributes:
        word: How it is named in code.
        label: Its name.
        why: What it is good for.
        tree: Its rules.
    """

    word: str
    label: str
    why: str
    tree: Group


def spread(field: str, basis: Basis, *, window: int | None = None) -> Spread:
    """
    Return how customers are spread over a field, before any rule.

    Args:
        field: Word of the vocabulary, but a saved segment.
        basis: What is asked on.
        window: Days looked back, for fields that need them.

    Raises:
        ValueError: The field has no spread, or needs a window.
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    one = FIELDS[field]
    if (one.windowed == "always") != (window is not None) and one.kind == "number":
        raise ValueError(f"{one.label} and a period of days do not fit together")
    judged = judgement(basis)
    if one.kind == "number":
        return _numbers(Condition(field, "at_least", 0, window), judged)
    if one.kind == "date":
        return _months(Condition(field, "before", date(1970, 1, 1)), judged)
    if one.kind == "named":
        return _named(basis)
    return _names(field, judged)


def products_like(text: str, basis: Basis) -> Spread:
    """
    Return products whose id or description holds `text`, sold most often first.

    Raises:
        NotEnoughData, WarehouseError: As `spread`.
    """
    judged, sought = judgement(basis), text.strip()[:100].lower()
    found = shared(
        "products_like",
        {"text": sought, "at": judged.snapshot},
        lambda: popular_products(warehouse(), judged, sought),
    )
    return _listed("product", found)


def products_named(ids: Sequence[str]) -> Mapping[str, str]:
    """
    Return the descriptions of products by id; those that are not known are left out.

    Raises:
        WarehouseError: As `spread`.
    """
    if not ids:
        return {}
    asked = sorted(set(ids))[:MOST_CHOICES]
    found = shared("product_names", {"ids": asked}, lambda: product_names(warehouse(), asked))
    return dict(zip(found["name"], found["label"], strict=True))


def _numbers(part: Condition, judged: Judgement) -> Spread:
    asked = {"field": part.field, "window": part.window, "judged": repr(judged)}
    reach = shared("field_range", asked, lambda: field_range(warehouse(), judged, part)).iloc[0]
    if not reach["customers"]:
        return Spread(part.field, missing=int(reach["missing"]))
    edges = bin_edges(float(reach["low"]), float(reach["usual"]), whole=FIELDS[part.field].whole)
    frame = shared(
        "field_histogram",
        asked | {"edges": edges},
        lambda: field_histogram(warehouse(), judged, part, edges),
    )
    counts = frame.set_index("bin")["customers"].reindex(range(len(edges)), fill_value=0)
    return Spread(
        part.field,
        edges=(*edges, math.inf),
        customers=tuple(int(count) for count in counts),
        middle=float(reach["middle"]),
        missing=int(reach["missing"]),
    )


def bin_edges(low: float, usual: float, *, whole: bool) -> tuple[float, ...]:
    """Return about thirty even bins from `low` to `usual`, at round numbers."""
    step = (usual - low) / _BINS
    if step <= 0:
        return (low,)
    power = 10.0 ** math.floor(math.log10(step))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= step)
    if whole:
        step = max(1.0, math.ceil(step))
    first = math.floor(low / step) * step
    count = max(1, math.ceil((usual - first) / step) + 1)
    return tuple(float(round(edge, 9)) for edge in first + step * np.arange(count))


def _months(part: Condition, judged: Judgement) -> Spread:
    frame = shared(
        "field_months",
        {"field": part.field, "judged": repr(judged)},
        lambda: field_months(warehouse(), judged, part),
    )
    return Spread(
        part.field,
        days=tuple(day.date() for day in frame["month"]),
        customers=tuple(int(count) for count in frame["customers"]),
    )


def _named(basis: Basis) -> Spread:
    table = segment_table(
        rfm_scores(basis.filters, basis.options, basis.data).cells, basis.segment_map, None
    )
    return Spread(
        "rfm_segment",
        names=tuple(table["segment"]),
        labels=tuple(SEGMENTS[word] for word in table["segment"]),
        customers=tuple(int(count) for count in table["customers"]),
    )


def _names(field: str, judged: Judgement) -> Spread:
    def _ask() -> pd.DataFrame:
        if field == "product":
            return popular_products(warehouse(), judged)
        if field == "category":
            return category_customers(warehouse(), judged)
        return place_customers(warehouse(), judged, field)

    if FIELDS[field].kind not in ("choice", "bought"):
        raise ValueError(f"{FIELDS[field].label} has no spread")
    scope, at = judged.scope, judged.snapshot
    return _listed(field, shared("field_names", {"field": field, "scope": scope, "at": at}, _ask))


def _listed(field: str, frame: pd.DataFrame) -> Spread:
    return Spread(
        field,
        names=tuple(frame["name"]),
        labels=tuple(frame["label"]),
        customers=tuple(int(count) for count in frame["customers"]),
    )


def templates(channels: Sequence[str]) -> tuple[Template, ...]:
    """
    Return the segments to start from.

    Args:
        channels: Of the data, most revenue first; the first few get one each.
    """
    known = [channel for channel in channels if channel][:_MOST_CHANNELS]
    return (
        _template(
            "lapsed_big_spenders", "Lapsed big spenders",
            "Spent more than most, and not for half a year: worth a personal win-back.",
            ("m_score", "at_least", 4), ("recency", "at_least", 180),
        ),
        _template(
            "one_time_last_month", "One-time buyers of last month",
            "Ordered for the first time lately: the second order decides.",
            ("frequency", "equals", 1), ("recency", "at_most", 30),
        ),
        _template(
            "about_to_churn_champions", "Champions about to churn",
            "Ordered often and spent much, but the last order lies back: act before they are gone.",
            ("f_score", "equals", 5), ("m_score", "at_least", 4), ("r_score", "between", [2, 3]),
        ),
        _template(
            "discount_hunters", "Discount hunters",
            "Buy mostly on discount: test what a smaller one does.",
            ("frequency", "at_least", 2), ("discount_share", "at_least", 0.5),
        ),
        _template(
            "cart_of_one", "Cart of one",
            "Ordered once, a single unit: show what goes with it.",
            ("frequency", "equals", 1), ("units_in", "equals", 1, 3650),
        ),
        _template(
            "frequent_returners", "Frequent returners",
            "Send back a large part of what they buy: find out why.",
            ("frequency", "at_least", 2), ("return_rate", "at_least", 0.3),
        ),
        _template(
            "best_customers", "Best customers",
            "Recent, frequent and of high value: thank them, do not discount.",
            ("r_score", "at_least", 4), ("f_score", "at_least", 4), ("m_score", "at_least", 4),
        ),
        _template(
            "rising", "On the rise",
            "At least two orders in a month: offer the next step while they care.",
            ("orders_in", "at_least", 2, 30), ("tenure", "at_most", 180),
        ),
        *(
            _template(
                f"new_from_{place}", f"New from {channel}",
                f"Came through {channel} in the last three months: welcome them there.",
                ("channel", "is_any_of", [channel], None, "first"), ("tenure", "at_most", 90),
            )
            for place, channel in enumerate(known, 1)
        ),
    )  # fmt: skip


def _template(word: str, label: str, why: str, *conditions: Sequence[object]) -> Template:
    keys = ("field", "operator", "value", "window", "role")
    parts = [dict(zip(keys, one, strict=False)) for one in conditions]
    return Template(word, label, why, parse({"mode": "all", "parts": parts}))


def template_counts(found: Sequence[Template], basis: Basis) -> Mapping[str, int]:
    """
    Return how many customers each template has now, by its word: one statement for all.

    Raises:
        NotEnoughData, WarehouseError: As `spread`.
    """
    judged = judgement(basis)
    together = Group("any", tuple(one.tree for one in found))
    frame = masks_of(together, {}, judged, None)
    logic = Logic.of(together)
    masks = frame["mask"].to_numpy(dtype=np.uint64)
    counts = {}
    for one in found:
        wanted = np.uint64(sum(1 << logic.conditions.index(part) for part in one.tree.parts))
        counts[one.word] = int(frame.loc[(masks & wanted) == wanted, "customers"].sum())
    return counts
