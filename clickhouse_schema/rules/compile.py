"""
From a tree of rules to one statement with bound values.

Customers are added up once over their orders, with only the sums that some
condition needs; each condition is a yes or no over those sums. What was bought is
asked of the lines as a set of customers, since only they know products.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clickhouse_schema.client import load_sql
from clickhouse_schema.members.facts import Members
from clickhouse_schema.rules.tree import Condition, Group
from clickhouse_schema.rules.vocabulary import FIELDS, HISTORIES, NAMED_SEGMENTS, SUMS, Field
from clickhouse_schema.scoring import Cuts, Scope

_COMPARE = {
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
    "equals": "=",
    "on_or_after": ">=",
    "before": "<",
}
_NEGATIVE = {"is_none_of", "not_bought"}
_SCORED = {"r_score", "f_score", "m_score", "rfm_segment"}
# A customer's favourite is what no other was ordered from more often; there can be several.
# From the kept histories: the places that the filters keep are numbered by their country or
# channel, and each customer's orders counted by these numbers.
_FAVOURITE = """customer_key IN
        (
            WITH
                (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch,
                (
                    SELECT
                        (groupArray(place_key), groupArray(number),
                            groupUniqArrayIf(number, wanted))
                    FROM
                    (
                        SELECT
                            cityHash64(country, channel) AS place_key,
                            toUInt32(dense_rank() OVER (ORDER BY {column})) AS number,
                            {column} IN {names} AS wanted
                        FROM (SELECT DISTINCT country FROM daily_sales) AS countries
                        CROSS JOIN (SELECT DISTINCT channel FROM daily_sales) AS channels
                        WHERE (empty({{countries:Array(String)}})
                                OR country IN {{countries:Array(String)}})
                          AND (empty({{channels:Array(String)}})
                                OR channel IN {{channels:Array(String)}})
                    )
                ) AS places
            SELECT customer_key
            FROM
            (
                SELECT customer_key, arrayFilter(number -> number != 0, {held}) AS held
                FROM customer_totals
                WHERE one_batch
                UNION ALL
                SELECT
                    customer_key,
                    arrayFilter(number -> number != 0, groupArrayArray({held})) AS held
                FROM customer_totals
                WHERE NOT one_batch
                GROUP BY customer_key
            )
            WHERE notEmpty(held)
              AND arrayMax(number -> countEqual(held, number), places.3)
                = arrayMax(number -> countEqual(held, number),
                    if(length(held) > 30, arrayDistinct(held), held))
        )"""
_ONE_BATCH = "(SELECT min(batch_id) = max(batch_id) FROM customer_totals)"
_HELD = (
    "arrayMap((at, place) -> if(at < {until:DateTime('UTC')},"
    " transform(place, places.1, places.2, toUInt32(0)), 0),"
    " `history.ordered_at`, `history.place_key`)"
)
# Where categories are chosen, from the lines. Grouped by one number made of both keys, which takes
# half the time of two columns.
_FAVOURITE_OF_LINES = """customer_key IN
        (
            SELECT one
            FROM
            (
                SELECT
                    any(customer_key) AS one,
                    any({column} IN {names}) AS wanted,
                    count() AS orders
                FROM
                (
                    {{{{counted_orders}}}}
                )
                WHERE is_order
                GROUP BY bitXor(customer_key, cityHash64({column}))
            )
            GROUP BY one
            HAVING maxIf(orders, wanted) = max(orders)
        )"""
_BOUGHT = """customer_key IN
        (
            SELECT customer_key
            FROM order_lines
            WHERE {which}
              AND kind = 'sale'
              AND customer_key != 0
              AND ordered_at < {{until:DateTime('UTC')}}{since}
              AND (empty({{countries:Array(String)}}) OR country IN {{countries:Array(String)}})
              AND (empty({{channels:Array(String)}}) OR channel IN {{channels:Array(String)}})
              AND (empty({{categories:Array(String)}}) OR category IN {{categories:Array(String)}})
        )"""
_ON_LIST = "customer_key IN (SELECT customer_key FROM kept_lists WHERE list_id IN {names})"
_OF_PRODUCTS = "product_key IN (SELECT product_key FROM products WHERE product_id IN {names})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What customers are judged by besides the tree.

    Attributes:
        scope: Which orders count.
        snapshot: Only orders before it are known.
        cuts: Of the scores; needed by conditions on scores, see `needs_cuts`.
        cells: For each named segment of RFM its (recency, frequency) scores.
        clusters: For the names of each condition on clusters the customers that are meant.
    """

    scope: Scope
    snapshot: datetime
    cuts: Cuts | None = None
    cells: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    clusters: Mapping[tuple[str, ...], Members] = field(default_factory=dict)


def needs_cuts(tree: Group) -> bool:
    """Return whether some condition of an expanded tree asks for scores."""
    return any(one.field in _SCORED for one in tree.conditions())


class Builder:
    """
    Collects what one statement needs: sums over orders, slots and their values.

    Attributes:
        params: Values of the slots, by name.
        sums: SQL of the sums needed, by the name given to them.
    """

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.params: dict[str, Any] = judgement.scope.as_params(judgement.snapshot)
        if judgement.cuts is not None:
            self.params |= judgement.cuts.as_params()
        self.sums: dict[str, str] = {"frequency": SUMS["frequency"]}
        self._histories: dict[str, str] = {"frequency": HISTORIES["frequency"]}
        self._bound: dict[tuple[str, str], str] = {}
        self._named: dict[str, str] = {sql: name for name, sql in self.sums.items()}

    def need(self, *names: str) -> None:
        """Ask for sums of the vocabulary."""
        for name in names:
            self.sums[name] = SUMS[name]
            if name in HISTORIES:
                self._histories[name] = HISTORIES[name]

    def summed(self, sql: str, history: str = "") -> str:
        """
        Return the name of a sum over orders that only this statement needs.

        Args:
            sql: Adds up orders.
            history: Reads the same from a kept history; empty if it cannot be.
        """
        name = self._named.get(sql)
        if name is None:
            name = f"sum_{len(self._named)}"
            self._named[sql] = name
            self.sums[name] = sql
            if history:
                self._histories[name] = history
        return name

    def bind(self, value: Any, kind: str) -> str:
        """Return the slot of a value; equal values share one."""
        key = (repr(value), kind)
        if key not in self._bound:
            slot = f"p{len(self._bound)}"
            self.params[slot] = value
            self._bound[key] = f"{{{slot}:{kind}}}"
        return self._bound[key]

    def bind_names(self, names: Sequence[Any]) -> str:
        """Return the slot of a list of names."""
        return self.bind(list(names), "Array(String)")

    def inside(self, members: Members) -> str:
        """Return SQL of a selection, its slots named apart from those of this statement."""
        text, params = renamed(members.text, members.params, f"in{len(self.params)}_")
        self.params |= params
        return text

    def since(self, days: int) -> str:
        """Return the slot of the beginning of the last `days` days."""
        return self.bind(self.judgement.snapshot - timedelta(days=days), "DateTime('UTC')")

    def customers(self, extra: str = "") -> str:
        """
        Return SQL of one row per customer with the sums; `extra` narrows the orders.

        Where the kept histories know all of it they are read instead: half the time. A customer
        has one history in each batch, so that with several batches the orders are added up.
        """
        sums = ",\n    ".join(f"{sql} AS {name}" for name, sql in self.sums.items())
        orders = load_sql("parts/counted_orders").replace("\n", "\n    ")
        added = (
            f"SELECT\n    customer_key,\n    {sums}\nFROM\n(\n    {orders}\n)\n"
            "{where}GROUP BY customer_key\nHAVING frequency > 0"
        )
        scope = self.judgement.scope
        filtered = scope.countries or scope.channels or scope.categories
        if extra or filtered or not self.sums.keys() <= self._histories.keys():
            return added.replace("{where}", extra)
        several = added.replace("{where}", f"WHERE NOT {_ONE_BATCH}\n")
        read = ",\n    ".join(f"{self._histories[name]} AS {name}" for name in self.sums)
        return (
            f"WITH {_ONE_BATCH} AS one_batch\nSELECT\n    customer_key,\n    {read}\n"
            f"FROM customer_totals\nWHERE one_batch AND frequency > 0\n"
            f"  AND {load_sql('parts/in_segment')}\n"
            f"UNION ALL\n{several}"
        )


def _compared(builder: Builder, one: Field, part: Condition, value: str) -> str:
    kind = "Date" if one.kind == "date" else "Float64"

    def slot(given: Any) -> str:
        if one.kind == "date":
            return builder.bind(given, kind)
        return builder.bind(round(float(given) * one.scale, 6), kind)

    if isinstance(part.value, tuple):
        low, high = part.value
        return f"({value} >= {slot(low)} AND {value} <= {slot(high)})"
    return f"({value} {_COMPARE[part.operator]} {slot(part.value)})"


def _net(builder: Builder) -> bool:
    """Return whether what came back is taken off; if not, nothing needs to know it."""
    return builder.judgement.scope.net_of_returns


def value_sql(builder: Builder, part: Condition, *, exact: bool = False) -> str:
    """Return SQL of a number or date of a customer, asking for the sums it needs."""
    one = FIELDS[part.field]
    value = (one.exact or one.value) if exact else one.value
    for name in one.sums:
        if "{since}" in SUMS[name]:
            sql = SUMS[name].replace("{since}", builder.since(part.window or 0))
            history = HISTORIES.get(name, "").replace("{since}", builder.since(part.window or 0))
            value = re.sub(rf"\b{name}\b", builder.summed(sql, history), value)
        elif name == "came_back" and part.field != "return_rate" and not _net(builder):
            value = re.sub(r"\bcame_back\b", "0", value)
        else:
            builder.need(name)
    return value


def condition_sql(builder: Builder, part: Condition) -> str:
    """Return SQL that is 1 for customers of whom the condition is true, else 0."""
    one = FIELDS[part.field]
    if one.kind in ("number", "date"):
        return _compared(builder, one, part, value_sql(builder, part, exact=True))
    if one.kind == "named":
        sql = _named(builder, one, part)
    elif one.kind == "choice":
        sql = _chosen(builder, one, part)
    elif one.kind == "bought":
        sql = _bought(builder, one, part)
    elif one.kind == "listed":
        sql = _ON_LIST.format(names=builder.bind_names(part.names))
    elif one.kind == "cluster" and part.names in builder.judgement.clusters:
        members = builder.judgement.clusters[part.names]
        sql = f"customer_key IN (\n{builder.inside(members)}\n)"
    else:
        raise ValueError(f"{part.field} must be expanded before it is compiled")
    return f"NOT ({sql})" if part.operator in _NEGATIVE else f"({sql})"


def _named(builder: Builder, one: Field, part: Condition) -> str:
    builder.need(*one.sums)
    cells = builder.judgement.cells
    chosen = sorted(
        (r - 1) * 5 + f
        for word in part.names
        if word in NAMED_SEGMENTS
        for r, f in cells.get(word, ())
    )
    return f"{one.value} IN {builder.bind(chosen, 'Array(UInt8)')}"


def _chosen(builder: Builder, one: Field, part: Condition) -> str:
    names = builder.bind_names(part.names)
    if part.role == "favourite":
        if not builder.judgement.scope.categories:
            return _FAVOURITE.format(column=one.column, names=names, held=_HELD)
        text = _FAVOURITE_OF_LINES.format(column=one.column, names=names)
        return text.replace("{{counted_orders}}", load_sql("parts/counted_orders"))
    if part.role == "first":
        # The last bit says whether an order of that moment is not of these names.
        first = f"minIf(toUInt64(ordered_at) * 2 + ({one.column} NOT IN {names}), is_order)"
        return f"{builder.summed(first)} % 2 = 0"
    return builder.summed(f"max(is_order AND {one.column} IN {names})")


def _bought(builder: Builder, one: Field, part: Condition) -> str:
    names = builder.bind_names(part.names)
    which = _OF_PRODUCTS.format(names=names) if one.word == "product" else f"category IN {names}"
    since = ""
    if part.window is not None:
        since = f"\n              AND ordered_at >= {builder.since(part.window)}"
    return _BOUGHT.format(which=which, since=since)


@dataclass(frozen=True, slots=True)
class Logic:
    """
    The tree with its conditions as places in a list; equal conditions share one.

    Attributes:
        conditions: Each once, in reading order.
        root: The tree; a condition is its place.
    """

    conditions: tuple[Condition, ...]
    root: Group

    @classmethod
    def of(cls, *trees: Group) -> Logic:
        """Return the logic of expanded trees; of several, the conditions of all."""
        found: dict[Condition, None] = {}
        for tree in trees:
            found |= dict.fromkeys(tree.conditions())
        return cls(tuple(found), trees[0])


def tree_sql(builder: Builder, tree: Group) -> str:
    """Return SQL that is 1 for the members of an expanded tree, else 0."""
    parts = [
        tree_sql(builder, part) if isinstance(part, Group) else condition_sql(builder, part)
        for part in tree.parts
    ]
    if not parts:
        held = "0" if tree.mode == "any" else "1"
    else:
        held = f"({(' AND ' if tree.mode == 'all' else ' OR ').join(parts)})"
    return f"(NOT {held})" if tree.negated else held


def renamed(text: str, params: Mapping[str, Any], prefix: str) -> tuple[str, dict[str, Any]]:
    """Return a statement and its values with `prefix` before every slot's name."""
    changed = re.sub(r"\{([a-z_0-9]+):", rf"{{{prefix}\1:", text)
    return changed, {f"{prefix}{name}": value for name, value in params.items()}
