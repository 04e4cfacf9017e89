"""The members of a segment: by the page, as a selection, and why one is in or out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query, run_statement
from clickhouse_schema.members.facts import Members
from clickhouse_schema.paging import TablePage
from clickhouse_schema.rules.compile import (
    Builder,
    Judgement,
    Logic,
    condition_sql,
    tree_sql,
    value_sql,
)
from clickhouse_schema.rules.tree import Condition, Group
from clickhouse_schema.rules.vocabulary import FIELDS, MONETARY, RECENCY, SUMS

Shape = Literal["text", "number", "day"]
MOST_FILTERS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of the table of members.

    Attributes:
        label: Its heading.
        shape: What its values are.
        sql: Over the sums.
        sums: Which sums it needs.
        bound: ClickHouse type of a value it is compared with.
        dtype: Of the frame.
    """

    label: str
    shape: Shape
    sql: str
    sums: tuple[str, ...]
    bound: str
    dtype: str


_LAST = "argMaxIf({column}, ordered_at, is_order)"
COLUMNS: dict[str, Column] = {
    "customer_id": Column("Customer", "text", "names.customer_id", (), "String", "str"),
    "recency": Column("Days since last order", "number", RECENCY, ("last_at",), "Float64", "int64"),
    "frequency": Column("Orders", "number", "frequency", ("frequency",), "Float64", "int64"),
    "monetary": Column(
        "Spent in all", "number", f"{MONETARY} / 10000", ("revenue", "came_back"), "Float64",
        "float64",
    ),
    "average_order_value": Column(
        "Average order", "number", "revenue / frequency / 10000", ("revenue",), "Float64",
        "float64",
    ),
    "year_revenue": Column(
        "Spent in 12 months", "number", "year_revenue / 10000", ("year_revenue",), "Float64",
        "float64",
    ),
    "first_order": Column("First order", "day", "toDate(first_at)", ("first_at",), "Date",
                          "datetime64[s]"),
    "last_order": Column("Last order", "day", "toDate(last_at)", ("last_at",), "Date",
                         "datetime64[s]"),
    "country": Column("Country", "text", "last_country", ("last_country",), "String", "str"),
    "channel": Column("Channel", "text", "last_channel", ("last_channel",), "String", "str"),
}  # fmt: skip
_OWN_SUMS = {
    "last_country": _LAST.format(column="country"),
    "last_channel": _LAST.format(column="channel"),
}
_FILTERS: dict[Shape, dict[str, str]] = {
    "text": {
        "contains": "positionCaseInsensitive({column}, {value}) > 0",
        "equals": "{column} = {value}",
        "starts_with": "startsWith({column}, {value})",
    },
    "number": {
        "equals": "{column} = {value}",
        "at_least": "{column} >= {value}",
        "at_most": "{column} <= {value}",
    },
    "day": {
        "equals": "{column} = {value}",
        "on_or_after": "{column} >= {value}",
        "before": "{column} < {value}",
    },
}


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """
    What a column of the table of members is narrowed to.

    Raises:
        ValueError: No such column or operator, or the value is not of its shape.
    """

    column: str
    operator: str
    value: str | float | date

    def __post_init__(self) -> None:
        column = COLUMNS.get(self.column)
        if column is None:
            raise ValueError(f"There is no column {self.column[:40]!r}.")
        if self.operator not in _FILTERS[column.shape]:
            raise ValueError(f"{column.label} cannot be narrowed by {self.operator[:40]!r}.")
        value = self.value
        if column.shape == "day" and isinstance(value, str):
            object.__setattr__(self, "value", date.fromisoformat(value))
        elif column.shape == "number":
            object.__setattr__(self, "value", float(str(value)))
        elif column.shape == "text":
            object.__setattr__(self, "value", str(value)[:200])


@dataclass(frozen=True, slots=True)
class Page(TablePage[MemberFilter]):
    """Which members are wanted."""

    columns: ClassVar[Collection[str]] = COLUMNS
    most_filters: ClassVar[int] = MOST_FILTERS

    sort: str = "monetary"


def member_page(
    warehouse: Warehouse, tree: Group, judgement: Judgement, page: Page
) -> tuple[pd.DataFrame, int]:
    """
    Return a page of members, and how many there are with the page's filters.

    Returns:
        One row per member with the columns of `COLUMNS`, and the count of all;
        0 when the page lies beyond the last one.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    wanted = {page.sort, *(one.column for one in page.filters)}
    early = [name for name in COLUMNS if name in wanted]
    inner, builder = _selected(tree, judgement, early, page.filters)
    params = builder.params | {"rows": page.rows, "skip": page.start}
    order = f"{page.sort} {'DESC' if page.descending else 'ASC'}, customer_key"
    text = (
        f"SELECT customer_key, count() OVER () AS found\nFROM\n(\n{inner}\n)\n"
        f"ORDER BY {order}\nLIMIT {{rows:UInt32}} OFFSET {{skip:UInt32}}"
    )
    keys = run_statement(
        warehouse, "segment_page", text, params, {"customer_key": "uint64", "found": "int64"}
    )
    if keys.empty:
        return _frame_of([]), 0
    return _details(warehouse, judgement, keys["customer_key"].tolist()), int(keys["found"].iloc[0])


def _details(warehouse: Warehouse, judgement: Judgement, keys: list[int]) -> pd.DataFrame:
    """Return all columns of a page's members, in the page's order."""
    everybody = Group("all", ())
    narrowed = "WHERE customer_key IN {keys:Array(UInt64)}\n"
    inner, builder = _selected(everybody, judgement, list(COLUMNS), (), narrowed)
    params = builder.params | {"keys": keys}
    text = f"SELECT *\nFROM\n(\n{inner}\n)\nORDER BY indexOf({{keys:Array(UInt64)}}, customer_key)"
    dtypes = {name: column.dtype for name, column in COLUMNS.items()}
    return run_statement(warehouse, "segment_page_details", text, params, dtypes)


def _frame_of(rows: list[Any]) -> pd.DataFrame:
    dtypes = {name: column.dtype for name, column in COLUMNS.items()}
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)


def _selected(
    tree: Group,
    judgement: Judgement,
    columns: Sequence[str],
    filters: Sequence[MemberFilter],
    narrowed: str = "",
) -> tuple[str, Builder]:
    """Return SQL of the members with columns of `COLUMNS`, and what is bound to it."""
    builder = Builder(judgement)
    member = tree_sql(builder, tree)
    for name in columns:
        for sum_name in COLUMNS[name].sums:
            builder.sums[sum_name] = _OWN_SUMS.get(sum_name) or SUMS[sum_name]
    conditions = [member]
    for one in filters:
        column = COLUMNS[one.column]
        value = builder.bind(one.value, column.bound)
        pattern = _FILTERS[column.shape][one.operator]
        conditions.append(pattern.format(column=f"({column.sql})", value=value))
    selected = "".join(f",\n    {COLUMNS[name].sql} AS shown_{name}" for name in columns)
    names = ""
    if "customer_id" in columns:
        names = "ANY LEFT JOIN customers AS names ON names.customer_key = lives.customer_key\n"
    outer = "".join(f", shown_{name} AS {name}" for name in columns)
    text = (
        f"SELECT customer_key{outer}\nFROM\n(\nSELECT\n    lives.customer_key AS customer_key"
        f"{selected}\nFROM\n(\n{builder.customers(narrowed)}\n) AS lives\n{names}"
        f"WHERE {' AND '.join(conditions)}\n)"
    )
    return text, builder


def members_of(tree: Group, judgement: Judgement, name: str = "") -> Members:
    """
    Return the members of an expanded tree as a selection: to be exported or delivered.

    Args:
        tree: Who is in.
        judgement: Which orders count, and when.
        name: What the selection is called.
    """
    builder = Builder(judgement)
    member = tree_sql(builder, tree)
    text = f"SELECT customer_key\nFROM\n(\n{builder.customers()}\n)\nWHERE {member}"
    return Members(text, builder.params, name)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A condition and what is true of one customer.

    Attributes:
        condition: As in the tree.
        value: The customer's own: a number (NaN: none), a date, or names; for what
            was bought, those of the condition's names that were, in its window.
        holds: Whether the condition holds.
        negated: Whether it must not: it stands in a group that must not fit.
    """

    condition: Condition
    value: float | date | tuple[str, ...]
    holds: bool
    negated: bool = False

    @property
    def passed(self) -> bool:
        """Whether it is as the rule wants it."""
        return self.holds != self.negated


@dataclass(frozen=True, slots=True)
class Reasons:
    """
    Why a customer is in a segment or out of it.

    Attributes:
        known: Whether the customer had ordered before the snapshot, within the filters.
        member: Whether the customer is in.
        findings: Per condition, in reading order; empty when not known.
    """

    known: bool
    member: bool
    findings: tuple[Finding, ...]


def reasons(warehouse: Warehouse, tree: Group, judgement: Judgement, customer_key: int) -> Reasons:
    """
    Return what each condition of an expanded tree finds in one customer.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    logic = Logic.of(tree)
    builder = Builder(judgement)
    columns = [f"toUInt8({tree_sql(builder, tree)}) AS member"]
    dtypes = {"member": "bool"}
    for place, one in enumerate(logic.conditions):
        columns.append(f"toUInt8({condition_sql(builder, one)}) AS passed_{place}")
        dtypes[f"passed_{place}"] = "bool"
        if FIELDS[one.field].kind in ("number", "date", "named"):
            columns.append(f"{value_sql(builder, one)} AS value_{place}")
            dtypes[f"value_{place}"] = "object"
    builder.params["customer"] = customer_key
    narrowed = "WHERE customer_key = {customer:UInt64}\n"
    listed = ",\n    ".join(columns)
    text = f"SELECT\n    {listed}\nFROM\n(\n{builder.customers(narrowed)}\n)"
    frame = run_statement(warehouse, "segment_reasons", text, builder.params, dtypes)
    if frame.empty:
        return Reasons(known=False, member=False, findings=())
    row = frame.iloc[0]
    bought = _BoughtNames(warehouse, judgement, customer_key)
    places = {one: place for place, one in enumerate(logic.conditions)}
    asked = dict.fromkeys(zip(tree.conditions(), tree.negations(), strict=True))
    findings = tuple(
        Finding(
            one, _shown(one, row, places[one], bought), bool(row[f"passed_{places[one]}"]), negated
        )
        for one, negated in asked
    )
    return Reasons(known=True, member=bool(row["member"]), findings=findings)


def _shown(
    part: Condition, row: pd.Series[Any], place: int, bought: _BoughtNames
) -> float | date | tuple[str, ...]:
    kind = FIELDS[part.field].kind
    if kind == "date":
        day: date = pd.Timestamp(row[f"value_{place}"]).date()
        return day
    if kind == "number":
        return float(row[f"value_{place}"])
    if kind == "named":
        cell = int(row[f"value_{place}"])
        pair = ((cell - 1) // 5 + 1, (cell - 1) % 5 + 1)
        cells = bought.judgement.cells.items()
        return tuple(word for word, pairs in cells if pair in [tuple(one) for one in pairs])
    if kind in ("cluster", "listed"):
        inside = bool(row[f"passed_{place}"]) == (part.operator == "is_any_of")
        return part.names if inside else ()
    return bought.names(part)


class _BoughtNames:
    """The countries, channels, categories and products of one customer, asked when needed."""

    def __init__(self, warehouse: Warehouse, judgement: Judgement, customer_key: int) -> None:
        self.warehouse = warehouse
        self.judgement = judgement
        self.params = judgement.scope.as_params(judgement.snapshot) | {"customer": customer_key}

    def names(self, part: Condition) -> tuple[str, ...]:
        """Return where a customer ordered from, or which of a condition's names were bought."""
        one = FIELDS[part.field]
        params = self.params | {"column": one.column}
        if one.kind == "choice":
            return customer_places(self.warehouse, params | {"role": part.role})
        since = datetime(1970, 1, 1)
        if part.window is not None:
            since = self.judgement.snapshot - timedelta(days=part.window)
        return customer_bought(self.warehouse, params | {"names": list(part.names), "since": since})


def customer_places(warehouse: Warehouse, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the countries or channels of one customer that a role asks for."""
    return tuple(run_query(warehouse, "customer_places", params, {"name": "str"})["name"])


def customer_bought(warehouse: Warehouse, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which of some categories or products one customer bought since a moment."""
    return tuple(run_query(warehouse, "customer_bought", params, {"name": "str"})["name"])
