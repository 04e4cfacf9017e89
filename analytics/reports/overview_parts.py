"""The Overview's figures by part: channels, countries, categories, products, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.models.contributions import Contributions, contributions
from analytics.reports._slice import Slice, shared, slice_of
from analytics.reports._warehouse import warehouse
from analytics.reports.overview import inside, orders_by_channel
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.products import product_movements
from clickhouse_schema.queries.revenue import Dimension, revenue_by

By = Literal["country", "channel", "category", "product"]
_MOST_PRODUCTS = 12


@dataclass(frozen=True, slots=True)
class Ranking:
    """
    The names of a dimension or the products, best first.

    Attributes:
        slice: What it is about.
        rows: `name`, `revenue`, `revenue_before` (NaN when not compared), `change`
            (relative; NaN when there is nothing to compare with), `chosen` (whether
            the filter on this dimension keeps it). Products also `product_id`.
        total: Revenue of the slice, the chosen names only.
    """

    slice: Slice
    rows: pd.DataFrame
    total: float


@dataclass(frozen=True, slots=True)
class ChangeBy:
    """
    What the change of revenue is made of.

    Attributes:
        slice: What it is about.
        by: Which parts.
        parts: None when there is no comparison, or nothing in either period.
        names: How many different names have a sale in either period; products: None.
    """

    slice: Slice
    by: By
    parts: Contributions | None
    names: int | None


def ranking(filters: Filters, data: DataState, dimension: Dimension) -> Ranking:
    """
    Return revenue per name of a dimension; names the filter leaves out are marked.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    rows = _dimension(view, dimension)
    rows = rows[(rows["revenue"] != 0) | (rows["revenue_before"] != 0)]
    rows = _with_change(rows, compared=view.before is not None)
    rows["chosen"] = _chosen(view, rows, dimension)
    return Ranking(
        view, rows.reset_index(drop=True), float(rows.loc[rows["chosen"], "revenue"].sum())
    )


def channels(filters: Filters, data: DataState) -> Ranking:
    """
    Return revenue, orders, average order value and return rate per channel.

    Returns:
        A ranking whose rows also have `orders`, `orders_before`, `order_value`,
        `order_value_before`, `return_rate`, `return_rate_before`; NaN where there is
        no value.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    rows = _dimension(view, "channel")
    orders = orders_by_channel(view)
    for suffix, period in (("", view.now), ("_before", view.before)):
        counted = orders.iloc[:0] if period is None else inside(orders, period)
        per_channel = counted.groupby("channel")["orders"].sum()
        number = rows["name"].map(per_channel).fillna(0).astype(float)
        rows[f"orders{suffix}"] = number
        rows[f"order_value{suffix}"] = rows[f"revenue{suffix}"] / number.replace(0, np.nan)
        rows[f"return_rate{suffix}"] = rows[f"returned{suffix}"] / rows[f"revenue{suffix}"].replace(
            0, np.nan
        )
    rows = _with_change(rows, compared=view.before is not None)
    rows["chosen"] = _chosen(view, rows, "channel")
    return Ranking(view, rows, float(rows.loc[rows["chosen"], "revenue"].sum()))


def products(filters: Filters, data: DataState, top: int = 10) -> Ranking:
    """
    Return the best products by revenue; postage, fees and the like are not products.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    frame = _movements(view)
    kept = (frame["by_revenue"] <= min(top, _MOST_PRODUCTS)) & frame["is_product"]
    rows = frame[kept & (frame["revenue"] > 0)].sort_values("by_revenue")
    rows = _with_change(rows, compared=view.before is not None)
    rows["name"] = _product_names(rows)
    rows["chosen"] = True
    return Ranking(view, rows.reset_index(drop=True), _totals(view)[0])


def what_changed(filters: Filters, data: DataState, by: By, most: int = 8) -> ChangeBy:
    """
    Return the parts of the change of revenue, which add up exactly to it.

    Args:
        filters: The slice.
        data: What is loaded.
        by: Which parts.
        most: How many stand alone; the others are the rest.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    now, before = _totals(view)
    if by == "product":
        frame = _movements(view)
        amounts = zip(_product_names(frame), frame["revenue_before"], frame["revenue"], strict=True)
        names, others = None, None
    else:
        rows = _dimension(view, by)
        rows = rows[
            _chosen(view, rows, by) & ((rows["revenue"] != 0) | (rows["revenue_before"] != 0))
        ]
        amounts = zip(rows["name"], rows["revenue_before"], rows["revenue"], strict=True)
        names, others = len(rows), 0
    if view.before is None or (now == 0 and before == 0):
        return ChangeBy(view, by, None, names)
    if names == most + 1:
        most = names  # a rest of one is that one
    parts = contributions(amounts, before=before, now=now, most=most, others=others)
    return ChangeBy(view, by, parts, names)


def _dimension(view: Slice, dimension: Dimension) -> pd.DataFrame:
    return shared(
        "revenue_by",
        {"now": view.now, "before": view.before, "dimension": dimension},
        lambda: revenue_by(warehouse(), view.now, view.before, dimension),
    ).copy()


def _movements(view: Slice) -> pd.DataFrame:
    return shared(
        "product_movements",
        {"now": view.now, "before": view.before},
        lambda: product_movements(warehouse(), view.now, view.before, _MOST_PRODUCTS),
    ).copy()


def _totals(view: Slice) -> tuple[float, float]:
    """Return revenue now and before, of the whole slice."""
    rows = _dimension(view, "channel")
    sums = rows.loc[_chosen(view, rows, "channel"), ["revenue", "revenue_before"]].sum()
    return round(float(sums["revenue"]), 4), round(float(sums["revenue_before"]), 4)


def _chosen(view: Slice, rows: pd.DataFrame, dimension: Dimension) -> pd.Series:
    wanted = {
        "country": view.now.countries,
        "channel": view.now.channels,
        "category": view.now.categories,
    }[dimension]
    return rows["name"].isin(wanted) if wanted else pd.Series(True, index=rows.index)


def _with_change(rows: pd.DataFrame, *, compared: bool) -> pd.DataFrame:
    rows = rows.copy()
    if not compared:
        rows["revenue_before"] = np.nan
    before = rows["revenue_before"].replace(0, np.nan)
    rows["change"] = (rows["revenue"] - before) / before
    return rows


def _product_names(rows: pd.DataFrame) -> pd.Series:
    """Return what a product is called: its description, or else its id; ids tell doubles apart."""
    named = rows["description"].str.strip().where(rows["description"].str.strip() != "")
    names = named.fillna(rows["product_id"])
    doubled = names.duplicated(keep=False)
    return names.where(~doubled, names + " (" + rows["product_id"] + ")")
