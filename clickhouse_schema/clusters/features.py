"""
What customers can be grouped by: the one list of features, with their units and SQL.

A feature is a plain number of a customer's orders in a window before the snapshot. Two
kinds have a name from the data in them: `channel:<name>`, the share of orders through a
channel, and `category:<name>`, the share of revenue in a category. Names are bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from clickhouse_schema.client import load_sql
from clickhouse_schema.scoring import Scope

Unit = Literal["days", "orders", "money", "units", "share"]
MOST_FEATURES = 8
CHANNEL, CATEGORY = "channel:", "category:"
SIEVED = "cityHash64(customer_key, {seed:UInt64}) % 1000000 < {kept:UInt32}"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Feature:
    """
    A number of a customer.

    Attributes:
        word: How models name it.
        label: How readers see it.
        unit: Of the number.
        sql: Over the sums of `_SUMS`.
    """

    word: str
    label: str
    unit: Unit
    sql: str


def _days(moment: str) -> str:
    return f"intDiv(dateDiff('second', {moment}, {{snapshot:DateTime('UTC')}}), 86400)"


_SPAN = "dateDiff('second', began_at, last_at) / 86400"
# The history is read up to the snapshot; what counts besides the first order lies in the window.
_SUMS = {
    "first_at": "minIf(ordered_at, is_order)",
    "began_at": "minIf(ordered_at, is_order AND inside)",
    "last_at": "maxIf(ordered_at, is_order AND inside)",
    "frequency": "countIf(is_order AND inside)",
    "revenue": "sumIf(net, inside)",
    "came_back": "sumIf(returned, inside)",
    "bought_units": "sumIf(units, inside)",
    "discounted_orders": "countIf(is_order AND discounted AND inside)",
}
_PLAIN = (
    Feature("recency", "Days since last order", "days", _days("last_at")),
    Feature("frequency", "Orders", "orders", "frequency"),
    Feature("monetary", "Spent", "money", "revenue / 10000"),
    Feature("tenure", "Days since first order", "days", _days("first_at")),
    Feature("active_days", "Days between first and last order", "days", _SPAN),
    # Of a single order it is known that the next has not come for so long.
    Feature("order_gap", "Days between orders", "days",
            f"if(frequency > 1, {_SPAN} / (frequency - 1), {_days('last_at')})"),
    Feature("average_order_value", "Average order value", "money",
            "revenue / frequency / 10000"),
    Feature("basket_size", "Units per order", "units", "bought_units / frequency / 1000"),
    Feature("discount_share", "Orders with a discount", "share",
            "discounted_orders / frequency"),
    Feature("return_rate", "Return rate", "share",
            "if(revenue > 0, least(came_back / revenue, 1), 0)"),
)  # fmt: skip
PLAIN: dict[str, Feature] = {feature.word: feature for feature in _PLAIN}


def feature_of(word: str) -> Feature:
    """
    Return the feature a word names.

    Raises:
        ValueError: There is none.
    """
    if word in PLAIN:
        return PLAIN[word]
    for prefix, label in ((CHANNEL, "Orders through {}"), (CATEGORY, "Spent on {}")):
        name = word[len(prefix) :]
        if word.startswith(prefix) and len(name) <= _LONGEST_NAME and "\x00" not in name:
            return Feature(word, label.format(name or "“not given”"), "share", "")
    raise ValueError(f"There is no feature {word[:40]!r}.")


@dataclass(frozen=True, slots=True)
class Population:
    """
    Whose numbers are asked.

    Attributes:
        scope: Which orders count.
        snapshot: Only orders before it are known.
        days: How far back orders count; None for the whole history.
        last_key: Only customers with keys up to it, which are hashes; None for all.
    """

    scope: Scope
    snapshot: datetime
    days: int | None = None
    last_key: int | None = None

    def params(self) -> dict[str, Any]:
        """Return the values of the slots of `features_sql`, features apart."""
        since = datetime(1970, 1, 1)
        if self.days is not None:
            since = self.snapshot - timedelta(days=self.days)
        bound = {} if self.last_key is None else {"last_key": self.last_key}
        return self.scope.as_params(self.snapshot) | {"since": since} | bound


@dataclass(frozen=True, slots=True)
class Sieve:
    """
    Some of the customers, chosen by a hash of their key: always the same ones.

    Attributes:
        kept: How many of a million are kept.
        seed: Which ones; another seed chooses others.
    """

    kept: int
    seed: int = 0


def features_sql(
    words: Sequence[str], population: Population, sieve: Sieve | None = None
) -> tuple[str, dict[str, Any]]:
    """
    Return SQL of one row per customer with an order in the window, and what is bound to it.

    Args:
        words: Of the features.
        population: Whose.
        sieve: Only some of the customers; None for all.

    Returns:
        Columns `customer_key`, `x1`, `x2` ... in the order of `words` (Float64), `revenue`
        (whole ten-thousandths) and `frequency` (orders), both of the window.

    Raises:
        ValueError: A word names no feature.
    """
    params = population.params()
    narrowed = ""
    if population.last_key is not None:
        narrowed = "\n  AND customer_key <= {last_key:UInt64}"
    if sieve is not None:
        narrowed += f"\n  AND {SIEVED}"
        params |= {"seed": sieve.seed, "kept": sieve.kept}
    sums, tastes, values = dict(_SUMS), {}, []
    for place, word in enumerate(words, 1):
        feature = feature_of(word)
        slot = f"name_{place}"
        if word.startswith(CHANNEL):
            params[slot] = word[len(CHANNEL) :]
            sums[slot] = f"countIf(is_order AND inside AND channel = {{{slot}:String}})"
            values.append(f"{slot} / frequency")
        elif word.startswith(CATEGORY):
            params[slot] = word[len(CATEGORY) :]
            tastes[slot] = f"sumIf(net, category = {{{slot}:String}})"
            values.append(f"if(bought > 0, {slot} / bought, 0)")
        else:
            values.append(feature.sql)
    used = _used(sums, " ".join(values))
    shown = "".join(f",\n    toFloat64({sql}) AS x{place}" for place, sql in enumerate(values, 1))
    lives = _lives(used, narrowed)
    joined = f"\nANY LEFT JOIN\n(\n{_tastes(tastes, narrowed)}\n) AS tastes USING (customer_key)"
    text = (
        f"SELECT\n    customer_key{shown},\n    revenue,\n    frequency\nFROM\n(\n{lives}\n) AS "
        f"lives{joined if tastes else ''}"
    )
    return text, params


def _used(sums: Mapping[str, str], values: str) -> dict[str, str]:
    always = {"frequency", "revenue"}
    return {name: sql for name, sql in sums.items() if name in always or name in values}


def _lives(sums: Mapping[str, str], narrowed: str) -> str:
    listed = ",\n    ".join(f"{sql} AS {name}" for name, sql in sums.items())
    orders = load_sql("parts/counted_orders").replace("\n", "\n        ")
    return (
        f"SELECT\n    customer_key,\n    {listed}\nFROM\n(\n    SELECT *, ordered_at >= "
        f"{{since:DateTime('UTC')}} AS inside\n    FROM\n    (\n        {orders}\n    )\n)\n"
        f"WHERE customer_key != 0{narrowed}\nGROUP BY customer_key\nHAVING frequency > 0"
    )


def _tastes(tastes: Mapping[str, str], narrowed: str) -> str:
    """Return SQL of what each customer spent on some categories and in all: from the lines."""
    listed = ",\n    ".join(f"{sql} AS {name}" for name, sql in tastes.items())
    return f"""SELECT
    customer_key,
    sum(net) AS bought,
    {listed}
FROM
(
    SELECT customer_key, category, reinterpretAsInt64(net_amount) AS net
    FROM order_lines
    WHERE kind = 'sale'
      AND ordered_at >= {{since:DateTime('UTC')}}
      AND ordered_at < {{until:DateTime('UTC')}}
      AND (empty({{countries:Array(String)}}) OR country IN {{countries:Array(String)}})
      AND (empty({{channels:Array(String)}}) OR channel IN {{channels:Array(String)}})
      AND (empty({{categories:Array(String)}}) OR category IN {{categories:Array(String)}})
      AND {load_sql("parts/in_segment")}
)
WHERE customer_key != 0{narrowed}
GROUP BY customer_key"""
