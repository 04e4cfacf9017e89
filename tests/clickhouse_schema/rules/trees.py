"""Random trees of rules over a shop, for tests that must hold for all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st

from clickhouse_schema.rules.vocabulary import FIELDS, NAMED_SEGMENTS, Field

# Values customers of the small shop differ by.
_NUMBERS: dict[str, st.SearchStrategy[float]] = {
    "recency": st.integers(0, 800),
    "tenure": st.integers(0, 800),
    "frequency": st.integers(0, 12),
    "orders_in": st.integers(0, 5),
    "units_in": st.integers(0, 30),
    "monetary": st.integers(0, 200_000).map(lambda cents: cents / 100),
    "spend_in": st.integers(0, 60_000).map(lambda cents: cents / 100),
    "average_order_value": st.integers(0, 30_000).map(lambda cents: cents / 100),
    "mean_gap": st.integers(0, 3000).map(lambda tenths: tenths / 10),
    "discount_share": st.integers(0, 20).map(lambda part: part / 20),
    "return_rate": st.integers(0, 20).map(lambda part: part / 20),
}
_SCORE = st.integers(1, 5)
_DAYS = st.dates(pd.Timestamp("2023-10-01").date(), pd.Timestamp("2025-12-01").date()).map(
    lambda day: day.isoformat()
)
_WINDOWS = st.sampled_from([1, 7, 30, 90, 180, 365, 730])


def trees(lines: pd.DataFrame, saved: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """Return trees as JSON, over the names that occur in `lines` and a few that do not."""
    known = [
        word
        for word, field in FIELDS.items()
        if field.kind not in ("cluster", "listed") and (saved or field.kind != "saved")
    ]
    one = st.sampled_from(known).flatmap(lambda word: _condition(FIELDS[word], lines, saved))
    inner = _group(one, 1, 3)
    middle = _group(st.one_of(one, inner), 1, 3)
    return _group(st.one_of(one, middle), 0, 3)


def _group(parts: st.SearchStrategy[Any], low: int, high: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["all", "any"]),
            "negated": st.booleans(),
            "parts": st.lists(parts, min_size=low, max_size=high),
        }
    )


def _condition(
    field: Field, lines: pd.DataFrame, saved: tuple[str, ...]
) -> st.SearchStrategy[dict[str, Any]]:
    found: dict[str, st.SearchStrategy[Any]] = {"field": st.just(field.word)}
    if field.windowed == "always":
        found["window"] = _WINDOWS
    if field.windowed == "maybe":
        found["window"] = st.one_of(st.none(), _WINDOWS)
    if field.roles:
        found["role"] = st.sampled_from(field.roles)
    if field.kind in ("number", "date"):
        single = _DAYS if field.kind == "date" else _NUMBERS.get(field.word, _SCORE)
        return st.sampled_from(field.operators).flatmap(
            lambda operator: st.fixed_dictionaries(
                found | {"operator": st.just(operator), "value": _values(operator, single)}
            )
        )
    return st.fixed_dictionaries(
        found | {"operator": st.sampled_from(field.operators), "value": _names(field, lines, saved)}
    )


def _values(operator: str, single: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(single, min_size=2, max_size=2).map(sorted) if operator == "between" else single


def _names(
    field: Field, lines: pd.DataFrame, saved: tuple[str, ...]
) -> st.SearchStrategy[list[str]]:
    if field.kind == "saved":
        return st.sampled_from(saved).map(lambda name: [name])
    if field.kind == "named":
        names = list(NAMED_SEGMENTS)
    else:
        names = [*sorted(lines[field.word].unique())[:40], "x' OR 1=1 --", ""]
    return st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
