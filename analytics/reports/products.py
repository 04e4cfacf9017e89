"""Every product of a slice with its classes: what the whole Products tab is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.abc_xyz import (
    CELLS,
    LEAST_PERIODS,
    Cuts,
    Floats,
    Ints,
    Sums,
    cells,
    demand_classes,
    moving_classes,
    seasonless_variation,
    share_places,
    variation,
    variation_places,
)
from analytics.reports._slice import Slice, shared, slice_of
from analytics.reports._warehouse import warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods, Step
from clickhouse_schema.queries.demand import Demand, product_catalogue, product_demand
from clickhouse_schema.queries.loads import DataState

Value = Literal["revenue", "margin", "units"]
VALUES: tuple[Value, ...] = ("revenue", "margin", "units")


@dataclass(frozen=True, slots=True)
class Options:
    """
    How products are classified.

    Attributes:
        by: What ABC ranks by.
        step: What XYZ compares; weeks take its place where a slice has too few months.
        in_money: Whether XYZ looks at revenue instead of units.
        zeros: Whether periods without a sale count as zero.
        season: Whether a yearly cycle is taken out before; needs zero periods.
        cuts: Where classes end.
    """

    by: Value = "revenue"
    step: Step = "month"
    in_money: bool = False
    zeros: bool = True
    season: bool = False
    cuts: Cuts = field(default_factory=Cuts)

    @property
    def deseasonalised(self) -> bool:
        """Whether the yearly cycle is taken out."""
        return self.season and self.zeros


@dataclass(frozen=True, slots=True)
class Catalogue:
    """
    Every product there is, by ascending key.

    Attributes:
        frame: As `clickhouse_schema.queries.demand.product_catalogue`.
    """

    frame: pd.DataFrame

    def places(self, keys: pd.Series) -> Ints:
        """Return the rows of some keys."""
        found: Ints = np.searchsorted(self.frame["product_key"].to_numpy(), keys.to_numpy())
        return found


@dataclass(frozen=True, slots=True)
class Classified:
    """
    The products of a slice, classified.

    Attributes:
        slice: What was asked, cut to the days that have data.
        periods: The whole weeks or months XYZ compares.
        options: How; its `step` is the one that was used.
        products: One row per product that sold, by key: `place` (row of the
            catalogue), `revenue`, `margin`, `units`, `returned`, `has_cost`,
            `last_sold_on`, `days_since`, `price_low`, `price_high`, `sold_periods`,
            `lived` (periods since launch), `cv`, `raw_cv` (the season left in),
            `share_revenue`, `share_margin`, `share_units` (places of ABC), `cv_place`,
            `cell` (place in `CELLS`), `demand_class`, `moving`, `return_rate`.
        fees: Revenue of postage and the like, which are no products.
        fee_codes: How many of those there are.
    """

    slice: Slice
    periods: Periods
    options: Options
    products: pd.DataFrame
    fees: float
    fee_codes: int

    @property
    def seasonless(self) -> int:
        """Products of which the season could be taken out."""
        return int((self.products["lived"] >= self.periods.in_a_year).sum())


def catalogue() -> Catalogue:
    """Return every product there is, remembered."""
    return shared(
        "product_catalogue", {}, lambda: Catalogue(product_catalogue(warehouse())), bulky=True
    )


def classified(filters: Filters, options: Options, data: DataState) -> Classified:
    """
    Return the products of a slice with their classes.

    Raises:
        NotEnoughData: Nothing was sold, or the slice has too few whole weeks.
        WarehouseError: The warehouse could not answer.
    """
    return classified_of(slice_of(filters, data), options)


def classified_of(view: Slice, options: Options) -> Classified:
    """Return what `classified` does for a slice that was cut to its data already."""
    plain = replace(options, cuts=Cuts())
    found = shared(
        "classified",
        {"now": view.now, "options": plain},
        lambda: _classified(view, plain),
        bulky=True,
    )
    places = found.products
    cell = cells(
        places[f"share_{options.by}"].to_numpy(), places["cv_place"].to_numpy(), options.cuts
    )
    return replace(
        found, slice=view, options=replace(found.options, cuts=options.cuts),
        products=places.assign(cell=cell),
    )  # fmt: skip


def periods_of(filters: Filters, step: Step) -> Periods:
    """
    Return the whole periods of a slice: of the step, or weeks if there are too few months.

    Raises:
        NotEnoughData: There are too few weeks as well.
    """
    found = Periods.within(filters, step)
    if found.count < LEAST_PERIODS:
        found = Periods.within(filters, "week")
    if found.count < LEAST_PERIODS:
        raise NotEnoughData(
            f"How even demand is cannot be told from fewer than {LEAST_PERIODS} whole weeks. "
            "Choose a longer period."
        )
    return found


def _classified(view: Slice, options: Options) -> Classified:
    periods = periods_of(view.now, options.step)
    demand = Demand(periods, options.in_money, options.deseasonalised)
    sold = product_demand(warehouse(), view.now, demand)
    if sold.empty:
        raise NotEnoughData("Nothing was sold with these filters. Widen them.")
    known = catalogue()
    sold["place"] = known.places(sold["product_key"])
    sold = sold.sort_values("place", ignore_index=True)
    listed = known.frame["is_product"].to_numpy()[sold["place"]]
    fees = sold[~listed]
    sold = sold[listed].reset_index(drop=True)
    if sold.empty:
        raise NotEnoughData("Only postage and fees were sold with these filters. Widen them.")
    sold["launched_on"] = known.frame["launched_on"].to_numpy()[sold["place"]]
    used = replace(options, step=periods.step)
    return Classified(
        slice=view,
        periods=periods,
        options=used,
        products=_rows(sold, view.now, demand, used),
        fees=float(fees["all_revenue"].sum()),
        fee_codes=len(fees),
    )


def _rows(sold: pd.DataFrame, filters: Filters, demand: Demand, options: Options) -> pd.DataFrame:
    sums = sums_of(sold, demand.periods)
    raw = variation(sums, zeros=options.zeros)
    cv = _seasonless(sums, raw, demand) if demand.seasonal else raw
    has_cost = sold["all_cost"].to_numpy() != 0
    revenue, units = sold["all_revenue"].to_numpy(), sold["all_units"].to_numpy()
    margin = np.where(has_cost, revenue - sold["all_cost"].to_numpy(), np.nan)
    end = np.datetime64(filters.end)
    since = (end - sold["last_sold_on"].to_numpy().astype("datetime64[D]")).astype(np.int64) - 1
    rows = pd.DataFrame(
        {
            "place": sold["place"].to_numpy(),
            "revenue": revenue,
            "margin": margin,
            "units": units,
            "returned": sold["all_returned"].to_numpy(),
            "has_cost": has_cost,
            "last_sold_on": sold["last_sold_on"].to_numpy(),
            "days_since": since,
            "price_low": sold["price_low"].to_numpy(),
            "price_high": sold["price_high"].to_numpy(),
            "sold_periods": sold["sold_periods"].to_numpy(),
            "lived": sums.lived,
            "cv": cv,
            "raw_cv": raw,
            "share_revenue": share_places(revenue),
            "share_margin": share_places(np.nan_to_num(margin)),
            "share_units": share_places(units),
            "cv_place": variation_places(cv, sums.lived),
            "demand_class": demand_classes(sums),
            "moving": moving_classes(since),
        }
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["return_rate"] = np.where(revenue > 0, rows["returned"] / revenue, np.nan)
    return rows


def sums_of(sold: pd.DataFrame, periods: Periods) -> Sums:
    """Return the sums of variation of rows of `product_demand` with their `launched_on`."""
    names = ("cos_1", "sin_1", "cos_2", "sin_2")
    cycle = tuple(sold[name].to_numpy() for name in names)
    return Sums(
        total=sold["whole_demand"].to_numpy(),
        squares=sold["squares"].to_numpy(),
        sold=sold["sold_periods"].to_numpy().astype(np.int64),
        lived=lives(sold["launched_on"].to_numpy(), periods),
        cycle=cycle,
    )


def lives(launched: npt.NDArray[np.datetime64], periods: Periods) -> Ints:
    """
    Return how many whole periods each product has lived in, the one of its launch included.

    Args:
        launched: Days of first sales, as datetime64.
    """
    days = launched.astype("datetime64[D]")
    starts = [np.datetime64(periods.starts_at(number)) for number in range(1, periods.count + 1)]
    before = np.searchsorted(np.array(starts, dtype="datetime64[D]"), days, side="right")
    found: Ints = np.maximum(periods.count - before, 0).astype(np.int64)
    return found


def _seasonless(sums: Sums, raw: Floats, demand: Demand) -> Floats:
    """Return the variation without the season; with it where a year was not lived."""
    periods = demand.periods
    found = seasonless_variation(sums, periods.turn, periods.count, periods.in_a_year)
    return np.where(np.isnan(found), raw, found)


def matrix(found: Classified) -> pd.DataFrame:
    """
    Return what each cell holds.

    Returns:
        One row per cell of `CELLS`, in their order: `cell`, `products`, `revenue`,
        `margin`, `units`, and their shares of all: `products_share`, `revenue_share`,
        `margin_share`, `units_share` (0 where all is 0; of margins that are known).
    """
    products = found.products
    sums = products.groupby("cell")[list(VALUES)].sum()
    sums.insert(0, "products", products.groupby("cell").size())
    sums = sums.reindex(range(len(CELLS)), fill_value=0)
    for column in list(sums):
        whole = float(sums[column].sum())
        sums[f"{column}_share"] = sums[column] / whole if whole else 0.0
    sums.insert(0, "cell", list(CELLS))
    return sums.reset_index(drop=True)


def steps(found: Classified) -> pd.DataFrame:
    """
    Return the products by the places that cuts are compared with: all a dragged cut needs.

    Returns:
        One row per pair of places that has products: `share` (0 to 100), `variation`
        (steps of 5%, -1 new), `products`, `revenue`, `margin`, `units`.
    """
    products = found.products
    keys = [products[f"share_{found.options.by}"].rename("share"),
            products["cv_place"].rename("variation")]  # fmt: skip
    grouped = products.groupby(keys)
    sums = grouped[list(VALUES)].sum()
    sums.insert(0, "products", grouped.size())
    return sums.reset_index()
