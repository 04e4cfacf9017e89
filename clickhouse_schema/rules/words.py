"""Rules read aloud: each condition a phrase, the whole tree one English sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clickhouse_schema.rules.tree import Condition, Group, read_cluster, saved_id
from clickhouse_schema.rules.vocabulary import FIELDS, NAMED_SEGMENTS

# What reads a sum of money; without it numbers are read plainly.
Money = Callable[[float], str]

_AMOUNTS = {
    "at_least": "at least {0}",
    "at_most": "at most {0}",
    "more_than": "more than {0}",
    "less_than": "less than {0}",
    "equals": "exactly {0}",
    "between": "between {0} and {1}",
}
_DATES = {
    "on_or_after": "on {0} or later",
    "before": "before {0}",
    "between": "between {0} and {1}",
}
# {0}: the amount with its unit, {1}: the number of days looked back.
_NUMBERS = {
    "recency": "last ordered {0} ago",
    "frequency": "ordered {0} in all",
    "monetary": "spent {0} in all",
    "average_order_value": "spend {0} per order",
    "tenure": "first ordered {0} ago",
    "orders_in": "ordered {0} in the last {1}",
    "spend_in": "spent {0} in the last {1}",
    "units_in": "bought {0} in the last {1}",
    "mean_gap": "wait {0} between orders on average",
    "discount_share": "had a discount on {0} of their orders",
    "return_rate": "returned {0} of what they bought",
    "r_score": "have a recency score of {0}",
    "f_score": "have a frequency score of {0}",
    "m_score": "have a monetary score of {0}",
}
_ROLES = {
    ("country", "any"): "ordered from {0}",
    ("country", "first"): "first ordered from {0}",
    ("country", "favourite"): "order mostly from {0}",
    ("channel", "any"): "ordered through {0}",
    ("channel", "first"): "first ordered through {0}",
    ("channel", "favourite"): "order mostly through {0}",
}
_SHOWN = 4  # names read aloud; of more only how many


def plain_money(amount: float) -> str:
    """Return an amount without a currency."""
    return f"{amount:,.2f}".removesuffix(".00")


def tree_in_words(
    tree: Group,
    *,
    money: Money = plain_money,
    saved: Mapping[str, str] | None = None,
    products: Mapping[str, str] | None = None,
) -> str:
    """
    Return the whole tree as one sentence.

    Args:
        tree: Not expanded: a saved segment is called by its name.
        money: What reads an amount, with its currency.
        saved: Names of saved segments by id.
        products: Descriptions of products by id; a product without one is called by its id.
    """
    if not tree.parts:
        return "Nobody." if tree.mode == "any" or tree.negated else "All customers."
    body = _group(tree, _Called(money, saved or {}, products or {}))
    # Only what has commas of its own inside needs to be told apart by brackets.
    return f"Customers who {body}."


@dataclass(frozen=True, slots=True)
class _Called:
    money: Money
    saved: Mapping[str, str]
    products: Mapping[str, str]


def _group(tree: Group, called: _Called) -> str:
    parts = []
    for part in tree.parts:
        if isinstance(part, Group):
            inner = _group(part, called)
            alone = len(part.parts) == 1 or len(tree.parts) == 1
            parts.append(inner if alone or part.negated else f"({inner})")
        else:
            parts.append(_condition(part, called))
    word = "and" if tree.mode == "all" else "or"
    body = _listed(parts, word)
    if tree.mode == "any" and len(parts) > 1 and not tree.negated:
        body = f"either {body}"
    return f"do not fit this: ({body})" if tree.negated else body


def _listed(parts: Sequence[str], word: str) -> str:
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def condition_in_words(
    part: Condition,
    *,
    money: Money = plain_money,
    saved: Mapping[str, str] | None = None,
    products: Mapping[str, str] | None = None,
) -> str:
    """Return a condition as what follows "customers who"; arguments as `tree_in_words`."""
    return _condition(part, _Called(money, saved or {}, products or {}))


def _condition(part: Condition, called: _Called) -> str:
    one = FIELDS[part.field]
    if one.kind == "number":
        return _NUMBERS[part.field].format(_amount(part, called.money), _days(part.window))
    if one.kind == "date":
        verb = "first ordered" if part.field == "first_order" else "last ordered"
        return f"{verb} {_DATES[part.operator].format(*map(_day, _both(part)))}"
    if one.kind == "saved":
        name = called.saved.get(saved_id(part), saved_id(part))
        verb = "are" if part.operator == "in_segment" else "are not"
        return f"{verb} in the saved segment “{name}”"
    if one.kind == "cluster":
        clusters = [f"“{read_cluster(name)[2]}”" for name in part.names]
        verb = "are" if part.operator == "is_any_of" else "are not"
        return f"{verb} in the cluster {_listed(clusters[:_SHOWN], 'or')}"
    names = _names(part, called.products if part.field == "product" else NAMED_SEGMENTS)
    if one.kind == "listed":
        verb = "are" if part.operator == "is_any_of" else "are not"
        return f"{verb} on the list {names}"
    if one.kind == "named":
        verb = "are" if part.operator == "is_any_of" else "are not"
        return f"{verb} in the RFM segment {names}"
    if one.kind == "bought":
        return _bought(part, names)
    phrase = _ROLES[(part.field, part.role)].format(names)
    return phrase if part.operator == "is_any_of" else _denied(phrase)


def _denied(phrase: str) -> str:
    for said, denied in (
        ("first ordered", "did not first order"),
        ("order mostly", "do not order mostly"),
        ("ordered", "never ordered"),
    ):
        if phrase.startswith(said):
            return denied + phrase[len(said) :]
    raise ValueError(f"no denial of {phrase!r}")


def _bought(part: Condition, names: str) -> str:
    if part.operator == "bought":
        since = f" in the last {_days(part.window)}" if part.window else ""
        return f"bought {names}{since}"
    if part.window:
        return f"did not buy {names} in the last {_days(part.window)}"
    return f"never bought {names}"


def _names(part: Condition, known: Mapping[str, str]) -> str:
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    names = [known.get(str(name)) or str(name) or "(not given)" for name in values]
    if len(names) > _SHOWN:
        names = [*names[: _SHOWN - 1], f"{len(names) - _SHOWN + 1} others"]
    return _listed(names, "or")


def _both(part: Condition) -> tuple[float | date, ...]:
    given = part.value if isinstance(part.value, tuple) else (part.value,)
    return tuple(one for one in given if not isinstance(one, str))


def _amount(part: Condition, money: Money) -> str:
    unit = FIELDS[part.field].unit
    values = [float(one) for one in _both(part) if not isinstance(one, date)]
    if unit == "money":
        shown = [money(value) for value in values]
    elif unit == "share":
        shown = [f"{value * 100:.15g}%" for value in values]
    else:
        shown = [f"{value:,.15g}" for value in values]
    amount = _AMOUNTS[part.operator].format(*shown)
    last = values[-1]
    if unit == "days":
        return f"{amount} {'day' if last == 1 else 'days'}"
    if unit == "orders":
        return "exactly once" if amount == "exactly 1" else f"{amount} {_times(last)}"
    if unit == "units":
        return f"{amount} {'unit' if last == 1 else 'units'}"
    return amount


def _times(count: float) -> str:
    return "time" if count == 1 else "times"


def _days(window: int | None) -> str:
    return "day" if window == 1 else f"{window or 0:,} days"


def _day(day: float | date) -> str:
    return f"{day:%-d %B %Y}" if isinstance(day, date) else str(day)
