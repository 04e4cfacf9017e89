"""What the builder shows of a rule: its sentence, numbers, waterfall, effects and spreads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from analytics.reports.segments import Basis, Preview, preview
from analytics.reports.segments_fields import (
    Spread,
    products_named,
    spread,
    template_counts,
    templates,
)
from analytics.reports.shell import ShellFacts
from callbacks._segments_rule import Draft, Saved
from clickhouse_schema.recording import Statement, recording
from clickhouse_schema.rules.tree import Condition, Group, to_json
from clickhouse_schema.rules.vocabulary import FIELDS
from clickhouse_schema.rules.words import condition_in_words, tree_in_words
from layouts.cards import Number
from layouts.figures.segments_builder import Step, waterfall_figure
from layouts.format import count, day, exact_money, money, percent
from layouts.segments_builder import TemplateCard
from layouts.views import ChartView, Trust


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A rule in figures, ready to be shown.

    Attributes:
        sentence: The rule read aloud.
        numbers: The cards.
        chart: The waterfall.
        effects: For each condition, by the browser's key, what it does or why it is left aside.
        customers: Members.
    """

    sentence: str
    numbers: tuple[Number, ...]
    chart: ChartView
    effects: Mapping[str, Any]
    customers: int


def answer(draft: Draft, saved: Saved, basis: Basis, facts: ShellFacts) -> Answer:
    """
    Return what is shown of a rule.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As `preview`.
    """
    with recording() as statements:
        found = preview(draft.tree, saved.trees, basis)
    currency = facts.data.currency
    effects: dict[str, Any] = {key: {"problem": problem} for key, problem in draft.problems.items()}
    for kept in found.kept:
        effects[draft.keys[kept.path]] = {"lines": _effect(kept.alone, kept.without, found)}
    return Answer(
        sentence=sentence(draft.tree, saved, currency),
        numbers=_numbers(found, currency),
        chart=_waterfall(draft.tree, saved, found, facts, statements),
        effects=effects,
        customers=found.customers,
    )


def sentence(tree: Group, saved: Saved, currency: str) -> str:
    """Return a rule read aloud."""
    return tree_in_words(
        tree, money=_exact(currency), saved=saved.names, products=products_in(tree)
    )


def condition_phrase(one: Condition, saved: Saved, currency: str) -> str:
    """Return a condition as what follows "customers who"."""
    return condition_in_words(
        one, money=_exact(currency), saved=saved.names, products=products_in(one)
    )


def condition_words(one: Condition, saved: Saved, currency: str) -> str:
    """Return a condition in words, beginning with a capital."""
    said = condition_phrase(one, saved, currency)
    return said[:1].upper() + said[1:]


def products_in(part: Group | Condition) -> Mapping[str, str]:
    """Return what the products of a rule are called, by id."""
    conditions = part.conditions() if isinstance(part, Group) else (part,)
    ids = [id_ for one in conditions if one.field == "product" for id_ in one.names]
    return products_named(ids)


def _exact(currency: str) -> Any:
    def read(amount: float) -> str:
        return exact_money(amount, currency).removesuffix(".00")

    return read


def _effect(alone: int, without: int, found: Preview) -> list[list[str]]:
    lines = [[count(alone), f"customers fit this alone ({percent(_share(alone, found.base))})"]]
    if without > found.customers:
        lines.append([count(without - found.customers), "are out because of it"])
    elif without < found.customers:
        lines.append([count(found.customers - without), "are in because of it"])
    else:
        lines.append(["Nobody", "is in or out because of it"])
    return lines


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _numbers(found: Preview, currency: str) -> tuple[Number, ...]:
    mean = found.year_revenue / found.customers if found.customers else None
    risk = found.at_risk
    return (
        Number(
            "Customers", count(found.customers),
            f"{percent(found.share)} of {count(found.base)}",
            "Customers who fit the rule now, of all who ever ordered. Orders that name no "
            "customer are left out; the filters above do not narrow a segment.",
        ),
        Number(
            "Revenue, 12 months", money(found.year_revenue, currency),
            f"{money(mean, currency)} per member",
            "Net revenue of the members in the twelve months before the newest order, "
            "before returns.",
        ),
        Number(
            "Average order value", money(found.average_order_value, currency),
            f"{count(found.orders)} orders in all",
            "Revenue of all orders of the members, divided by those orders.",
        ),
        Number(
            "Revenue at risk", money(risk, currency),
            "too little history to say" if risk is None
            else f"{percent(_share(risk, found.year_revenue))} of these 12 months",
            "Revenue of the last twelve months times the share of customers with the same "
            f"scores who bought nothing in the {found.next_days} days after an earlier snapshot.",
        ),
    )  # fmt: skip


def _waterfall(
    tree: Group,
    saved: Saved,
    found: Preview,
    facts: ShellFacts,
    statements: Sequence[Statement],
) -> ChartView:
    starts = found.base if (tree.mode == "all") != tree.negated else 0
    ends = [starts, *found.steps]
    steps = [
        Step(_part_words(part, saved, facts.data.currency), before, after)
        for part, before, after in zip(tree.parts, ends, ends[1:], strict=False)
    ]
    table = pd.DataFrame(
        {
            "Step": ["All customers", *(step.name for step in steps), "In the segment"],
            "Customers": [found.base, *(step.after for step in steps), found.customers],
        }
    )
    costly = min(steps, key=lambda step: step.after - step.before, default=None)
    title = "Everybody is in" if not steps else f"{count(found.customers)} of {count(found.base)}"
    if costly is not None and tree.mode == "all" and costly.after < costly.before:
        title = f"“{costly.name}” leaves out the most"
    return ChartView(
        figure=waterfall_figure(steps, found.base, found.customers),
        answer=f"{count(found.customers)} of {count(found.base)} customers are in the segment.",
        table=table,
        trust=_trust(found, facts, statements),
        title=title,
        subtitle="Customers, step by step through the outermost conditions",
    )


def _part_words(part: Condition | Group, saved: Saved, currency: str) -> str:
    if isinstance(part, Condition):
        return condition_words(part, saved, currency)
    said = tree_in_words(
        part, money=_exact(currency), saved=saved.names, products=products_in(part)
    )
    said = said.removeprefix("Customers who ").rstrip(".")
    return said[:1].upper() + said[1:]


def _trust(found: Preview, facts: ShellFacts, statements: Sequence[Statement]) -> Trust:
    left_out = (
        ("Orders that name no customer", found.coverage.unknown),
        ("Orders after the snapshot", found.coverage.later),
    )
    newest = facts.data.newest_at
    return Trust(
        metric="segment_size",
        period=f"{day(facts.data.first_day)} to {day(newest.date())}",
        compared="",
        used=(("Orders", found.coverage.used),),
        left_out=tuple(pair for pair in left_out if pair[1]),
        data_as_of=f"Data to {day(newest.date())}, {newest:%H:%M}",
        statements=tuple((one.name, one.text) for one in statements),
    )


def spreads(
    draft: Draft, nodes: Mapping[str, Mapping[str, Any]], basis: Basis, currency: str
) -> dict[str, Any]:
    """
    Return how customers are spread over each condition's field, what it keeps marked.

    Args:
        draft: The rule.
        nodes: The browser's conditions by key, finished or not.
        basis: What is asked on.
        currency: Of amounts.
    """
    finished = {key: path for path, key in draft.keys.items()}
    shown = {}
    for key, node in nodes.items():
        one = FIELDS.get(str(node.get("field")))
        if one is None or one.kind in ("saved", "cluster", "listed"):
            continue
        window = node.get("window") if one.windowed == "always" else None
        if one.windowed == "always" and (type(window) is not int or not 1 <= window <= 3650):
            continue
        found = spread(one.word, basis, window=window)
        condition = _at(draft.tree, finished[key]) if key in finished else None
        shown[key] = spread_shown(found, condition, currency)
    return shown


def _at(tree: Group, path: Sequence[int]) -> Condition | None:
    part: Group | Condition = tree
    for place in path:
        part = part.parts[place] if isinstance(part, Group) else part
    return part if isinstance(part, Condition) else None


_MOST_BARS = 12


def spread_shown(found: Spread, one: Condition | None, currency: str) -> dict[str, Any]:
    """Return a spread as the browser draws it: bars, whether each is kept, what the ends say."""
    field = FIELDS[found.field]
    unit = "lines sold" if found.field == "product" else "customers"
    label = partial(_in_unit, unit=field.unit, currency=currency)
    if found.names:
        chosen = set(one.names) if one else set()
        negative = one is not None and one.operator in ("is_none_of", "not_bought")
        rows = list(zip(found.names, found.labels, found.customers, strict=True))
        bars = [
            _bar(text or "Not given", many, bool(chosen) and (name in chosen) != negative)
            for name, text, many in rows[:_MOST_BARS]
        ]
        last = f"{count(len(rows) - _MOST_BARS)} more" if len(rows) > _MOST_BARS else ""
        middle = ""
        first = bars[0]["label"] if bars else ""
    elif found.days:
        bars = [
            _bar(f"{month:%b %Y}", many, one is not None and _month_inside(month, one))
            for month, many in zip(found.days, found.customers, strict=True)
        ]
        first, middle, last = f"{found.days[0]:%b %Y}", "", f"{found.days[-1]:%b %Y}"
    elif found.edges:
        pairs = list(zip(found.edges, found.edges[1:], strict=False))
        bars = [
            _bar(
                f"{label(low)} and more" if math.isinf(high) else f"{label(low)} to {label(high)}",
                many,
                one is not None and _bin_inside(low, high, one),
            )
            for (low, high), many in zip(pairs, found.customers, strict=True)
        ]
        first, last = label(found.edges[0]), f"{label(found.edges[-2])} +"
        middle = f"half below {label(found.middle)}"
    else:
        return {
            "bars": [],
            "first": "Nobody has this",
            "middle": "",
            "last": "",
            "said": "",
            "unit": unit,
        }
    said = f"How {unit} are spread over {field.label.lower()}. {middle}".strip()
    return {
        "bars": bars,
        "first": first,
        "middle": middle,
        "last": last,
        "said": said,
        "unit": unit,
    }


def _bar(label: str, customers: int, inside: bool) -> dict[str, Any]:
    return {"label": label, "customers": customers, "inside": inside}


def _in_unit(value: float, unit: str, currency: str) -> str:
    if unit == "money":
        return money(value, currency).removesuffix(".00")
    if unit == "share":
        return f"{value * 100:.3g}%"
    return f"{value:,.4g}" if value % 1 else count(value)


def _month_inside(month: date, one: Condition) -> bool:
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    value: Any = one.value  # a day, or two: the field's kind says so, not its type
    if isinstance(value, tuple):
        return bool(after > value[0] and month <= value[1])
    return bool(month < value if one.operator == "before" else after > value)


def _bin_inside(low: float, high: float, one: Condition) -> bool:
    """Return whether most of a bin is kept: its beginning is what a whole number would be."""
    value: Any = one.value  # a number, or two
    if isinstance(value, tuple):
        return high > float(value[0]) and low <= float(value[1])
    asked = float(value)
    if one.operator in ("at_least", "more_than"):
        return low >= asked or low < asked < high if one.operator == "at_least" else high > asked
    if one.operator == "equals":
        return low <= asked < high
    return low <= asked if one.operator == "at_most" else low < asked


def template_cards(facts: ShellFacts, basis: Basis) -> tuple[list[TemplateCard], dict[str, Any]]:
    """Return the templates as cards, and their rules for the browser by word."""
    found = templates(facts.channels)
    counts = template_counts(found, basis)
    cards = [TemplateCard(one.word, one.label, one.why, count(counts[one.word])) for one in found]
    rules = {one.word: {"label": one.label, "rule": to_json(one.tree)} for one in found}
    return cards, rules
