"""Recency, frequency and monetary value of every known customer at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.scoring import TEN_THOUSANDTHS, Cuts, Scope

MOST_SAMPLED = 20_000
MOST_PLACED = 50_000
RFM_QUANTILES = {"measure": "str", "level": "float64", "value": "float64", "customers": "int64"}
RFM_CELLS = {
    "r": "int64",
    "f": "int64",
    "m": "int64",
    "customers": "int64",
    "recency": "int64",
    "orders": "int64",
    "monetary": "float64",
    "revenue": "float64",
    "came_back": "float64",
    "year_revenue": "float64",
    "next_buyers": "int64",
    "next_orders": "int64",
    "next_revenue": "float64",
}
RFM_HISTOGRAMS = {"measure": "str", "bin": "int64", "customers": "int64", "amount": "float64"}
RFM_FOLLOWING_SAMPLE = {"r": "int64", "f": "int64", "spent": "float64"}
RFM_FINE_SCORES = {"place": "int64", "customers": "int64", "next_revenue": "float64"}
RFM_MOVEMENT = {
    "r": "int64",
    "f": "int64",
    "later_r": "int64",
    "later_f": "int64",
    "customers": "int64",
    "worth": "float64",
    "since": "float64",
}
RFM_COVERAGE = {"orders": "int64", "unknown": "int64", "later": "int64"}


def rfm_quantiles(warehouse: Warehouse, scope: Scope, snapshot: datetime) -> pd.DataFrame:
    """
    Return where recency, frequency and monetary value lie over all customers.

    Returns:
        Seven rows per measure: `measure` (recency in whole days, frequency in
        orders, monetary in account currency), `level` (0, .2, .4, .6, .8, .99, 1),
        `value` at it, linearly interpolated, and the number of `customers` in all.
        No row when nobody ordered before the snapshot.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "rfm_quantiles", scope.as_params(snapshot), RFM_QUANTILES)


def quintile_cuts(quantiles: pd.DataFrame) -> Cuts:
    """Return the cuts at .2 .4 .6 .8 of what `rfm_quantiles` returned, which must not be empty."""
    found = {
        measure: tuple(rows.loc[rows["level"].between(0.1, 0.9), "value"])
        for measure, rows in quantiles.groupby("measure")
    }
    return Cuts(**found)


def rfm_cells(
    warehouse: Warehouse,
    scope: Scope,
    snapshot: datetime,
    cuts: Cuts,
    until: datetime | None = None,
) -> pd.DataFrame:
    """
    Return the customers of a snapshot by their three scores.

    Args:
        warehouse: Where to ask.
        scope: Which orders count.
        snapshot: Only orders before it are known.
        cuts: Where the scores are cut.
        until: End of the period that follows the snapshot; None when none does.

    Returns:
        At most 125 rows, ascending: the scores `r`, `f`, `m` (1 to 5), `customers`,
        and sums over them: `recency` (whole days), `orders`, `monetary` and
        `revenue` (all time; they differ when returns are netted), `came_back`
        (returned value), `year_revenue` (twelve months before the snapshot),
        and of the period that follows `next_buyers` (customers), `next_orders`,
        `next_revenue`; account currency.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = scope.as_params(snapshot, until) | cuts.as_params() | {"returns": 1}
    return run_query(warehouse, "rfm_cells", params, RFM_CELLS)


def rfm_histograms(
    warehouse: Warehouse,
    scope: Scope,
    snapshot: datetime,
    edges: Mapping[str, Sequence[float]],
) -> pd.DataFrame:
    """
    Return customers per bin of each measure.

    Args:
        warehouse: Where to ask.
        scope: Which orders count.
        snapshot: Only orders before it are known.
        edges: For recency, frequency and monetary where bins begin, ascending.

    Returns:
        One row per bin that holds somebody, ascending: `measure`, `bin` (place of
        its edge, from 0), `customers`, the `amount` of their
        monetary value in all.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    monetary = [round(edge * TEN_THOUSANDTHS, 1) for edge in edges["monetary"]]
    params = scope.as_params(snapshot) | {
        "recency_edges": [float(edge) for edge in edges["recency"]],
        "frequency_edges": [float(edge) for edge in edges["frequency"]],
        "monetary_edges": monetary,
    }
    return run_query(warehouse, "rfm_histograms", params, RFM_HISTOGRAMS)


def rfm_following_sample(
    warehouse: Warehouse, scope: Scope, snapshot: datetime, cuts: Cuts, until: datetime
) -> pd.DataFrame:
    """
    Return what some customers spent after a snapshot, at most `MOST_SAMPLED`.

    Returns:
        One row per customer, in an order that means nothing: the scores `r` and
        `f` at the snapshot, `spent` from then until `until` (account currency).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = scope.as_params(snapshot, until) | cuts.as_params() | {"most": MOST_SAMPLED}
    return run_query(warehouse, "rfm_following_sample", params, RFM_FOLLOWING_SAMPLE)


def rfm_fine_scores(
    warehouse: Warehouse, scope: Scope, snapshot: datetime, until: datetime
) -> pd.DataFrame:
    """
    Return the customers of a snapshot by a finer score, and what they spent after it.

    Of more than `MOST_PLACED` customers only so many are asked.

    Returns:
        At most 595 rows, best first: `place` (0 to 594: the hundredths of
        customers left behind in recency, frequency and monetary value, ties
        half), `customers`, their `next_revenue` until `until`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = scope.as_params(snapshot, until) | {"most": MOST_PLACED}
    return run_query(warehouse, "rfm_fine_scores", params, RFM_FINE_SCORES)


def rfm_movement(
    warehouse: Warehouse,
    scope: Scope,
    earlier: tuple[datetime, Cuts],
    later: tuple[datetime, Cuts],
) -> pd.DataFrame:
    """
    Return customers by where they were at one snapshot and where they are at a later one.

    Returns:
        At most 650 rows: `r`, `f` at the earlier snapshot (0: not yet a customer),
        `later_r`, `later_f`, `customers`, `worth` (their revenue in the twelve
        months before the earlier snapshot), `since` (their revenue between the two).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = scope.as_params(earlier[0], later[0])
    params |= earlier[1].as_params() | later[1].as_params("later_")
    return run_query(warehouse, "rfm_movement", params, RFM_MOVEMENT)


def rfm_coverage(warehouse: Warehouse, snapshot: datetime) -> pd.DataFrame:
    """
    Return how many orders there are and which no customer can be scored by.

    Returns:
        One row: `orders` in all, `unknown` (no customer named, before the
        snapshot), `later` (not before the snapshot).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "rfm_coverage", {"snapshot": snapshot}, RFM_COVERAGE)
