"""Who is in a segment: counted, listed, explained, compared. Statements compiled from trees."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query, run_statement
from clickhouse_schema.rules.compile import (
    Builder,
    Judgement,
    Logic,
    condition_sql,
    renamed,
    tree_sql,
)
from clickhouse_schema.rules.tree import Group
from clickhouse_schema.rules.vocabulary import CELL

MOST_FOUND = 20
SEGMENT_MASKS = {
    "mask": "uint64",
    "customers": "int64",
    "orders": "int64",
    "revenue": "float64",
    "year_revenue": "float64",
    "at_risk": "float64",
}
SEGMENT_CHANGES = {
    "before": "bool",
    "now": "bool",
    "customers": "int64",
    "year_revenue": "float64",
}
FIND_CUSTOMERS = {"customer_id": "str", "customer_key": "uint64"}


def segment_masks(
    warehouse: Warehouse, logic: Logic, judgement: Judgement, lapse: Sequence[float] = ()
) -> pd.DataFrame:
    """
    Return the customers by which of the conditions are true of them.

    Every question about a tree of these conditions is then a matter of adding rows
    up: who is in, whom one condition keeps or loses, all of it if AND were OR.

    Args:
        warehouse: Where to ask.
        logic: Its conditions.
        judgement: Which orders count, and when.
        lapse: For each of the 25 cells R1F1 ... R5F5 the share of customers who will
            not come back; empty when unknown.

    Returns:
        One row per combination that occurs: `mask` (bit n: condition n is true),
        `customers`, their `orders` and `revenue` of all time, `year_revenue` (twelve
        months before the snapshot), `at_risk` (that times the share lost; NaN when
        unknown); account currency.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    builder = Builder(judgement)
    builder.need("revenue", "year_revenue")
    bits = [
        f"toUInt64({condition_sql(builder, one)}) * {2**place}"
        for place, one in enumerate(logic.conditions)
    ]
    risk = "nan"
    if lapse and judgement.cuts is not None:
        builder.need("last_at")
        shares = builder.bind(list(lapse), "Array(Float64)")
        risk = f"sum(year_revenue * {shares}[{CELL}]) / 10000"
    mask = "\n        + ".join(bits) or "toUInt64(0)"
    text = f"""SELECT
    {mask} AS mask,
    count() AS customers,
    sum(frequency) AS orders,
    sum(revenue) / 10000 AS total,
    sum(year_revenue) / 10000 AS year,
    {risk} AS at_risk
FROM
(
{builder.customers()}
)
GROUP BY mask
ORDER BY mask"""
    named = SEGMENT_MASKS | {"total": "float64", "year": "float64"}
    del named["revenue"], named["year_revenue"]
    frame = run_statement(warehouse, "segment_masks", text, builder.params, named)
    frame = frame.rename(columns={"total": "revenue", "year": "year_revenue"})
    return frame[list(SEGMENT_MASKS)]


def segment_overlap(
    warehouse: Warehouse, trees: Sequence[Group], judgement: Judgement
) -> pd.DataFrame:
    """
    Return the customers by which of a few segments they are in.

    Returns:
        As `segment_masks`; bit n of `mask`: in segment n. Those in none have mask 0.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    builder = Builder(judgement)
    builder.need("revenue", "year_revenue")
    bits = [f"toUInt64({tree_sql(builder, tree)}) * {2**place}" for place, tree in enumerate(trees)]
    mask = "\n        + ".join(bits)
    text = f"""SELECT
    {mask} AS mask,
    count() AS customers,
    sum(frequency) AS orders,
    sum(revenue) / 10000 AS total,
    sum(year_revenue) / 10000 AS year
FROM
(
{builder.customers()}
)
GROUP BY mask
ORDER BY mask"""
    columns = {
        "mask": "uint64", "customers": "int64", "orders": "int64", "total": "float64",
        "year": "float64",
    }  # fmt: skip
    frame = run_statement(warehouse, "segment_overlap", text, builder.params, columns)
    return frame.rename(columns={"total": "revenue", "year": "year_revenue"})


def segment_changes(
    warehouse: Warehouse, tree: Group, before: Judgement, now: Judgement
) -> pd.DataFrame:
    """
    Return how many were members at one moment and are at another.

    Returns:
        At most three rows: `before`, `now` (whether members then), `customers`, and
        their `year_revenue`: of the twelve months before the later moment, for those
        who left of those before the earlier one.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    old, old_params = _members(tree, before)
    old, old_params = renamed(old, old_params, "before_")
    new, new_params = _members(tree, now)
    text = f"""SELECT
    was > 0 AS before,
    is > 0 AS now,
    count() AS customers,
    sum(if(is > 0, new_revenue, old_revenue)) / 10000 AS year_revenue
FROM
(
    SELECT
        customer_key,
        sum(member_before) AS was,
        sum(member_now) AS is,
        sum(year_revenue * member_before) AS old_revenue,
        sum(year_revenue * member_now) AS new_revenue
    FROM
    (
        SELECT *, 1 AS member_before, 0 AS member_now FROM ({old})
        UNION ALL
        SELECT *, 0 AS member_before, 1 AS member_now FROM ({new})
    )
    GROUP BY customer_key
)
GROUP BY before, now
ORDER BY before, now"""
    params = old_params | new_params
    return run_statement(warehouse, "segment_changes", text, params, SEGMENT_CHANGES)


def segment_size(warehouse: Warehouse, tree: Group, judgement: Judgement) -> tuple[int, float]:
    """
    Return the members of a segment at one moment, and their revenue of the year before it.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    members, params = _members(tree, judgement)
    text = f"SELECT count() AS customers, sum(year_revenue) / 10000 AS year FROM\n(\n{members}\n)"
    columns = {"customers": "int64", "year": "float64"}
    row = run_statement(warehouse, "segment_size", text, params, columns).iloc[0]
    return int(row["customers"]), float(row["year"])


def find_customers(warehouse: Warehouse, text: str) -> pd.DataFrame:
    """
    Return customers whose id begins with `text`, at most `MOST_FOUND`, ascending.

    Returns:
        `customer_id` as loaded, `customer_key`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {"text": text, "most": MOST_FOUND}
    return run_query(warehouse, "find_customers", params, FIND_CUSTOMERS)


def _members(tree: Group, judgement: Judgement) -> tuple[str, dict[str, object]]:
    """Return a statement of members with their revenue of a year, and its values."""
    builder = Builder(judgement)
    builder.need("year_revenue")
    member = tree_sql(builder, tree)
    text = f"SELECT customer_key, year_revenue\nFROM\n(\n{builder.customers()}\n)\nWHERE {member}"
    return text, builder.params
