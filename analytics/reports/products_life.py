"""Products over their months: where each stands in its life, and which class it had when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.abc_xyz import (
    CELLS,
    LEAST_PERIODS,
    Cuts,
    Ints,
    cells,
    share_places,
    variation_places,
)
from analytics.models.life_cycle import STAGES, Trends, stages, trends
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.products import Classified, catalogue, lives
from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.demand import product_panel
from clickhouse_schema.queries.loads import DataState

_MOST_MONTHS = 24
_WINDOW = 12  # months a class of the past is judged by


@dataclass(frozen=True, slots=True)
class Months:
    """
    What every product sold in each of the last months.

    Attributes:
        periods: The whole months, 24 at most.
        places: Rows of the catalogue, ascending.
        units, revenue: Products x months.
        lived: Months since launch.
    """

    periods: Periods
    places: Ints
    units: npt.NDArray[np.float32]
    revenue: npt.NDArray[np.float32]
    lived: Ints


@dataclass(frozen=True, slots=True)
class Lives:
    """
    Where the products of a slice stand in their life, in the order of its products.

    Attributes:
        months: What it was judged by.
        stage: Place in `STAGES`.
        trends: Of their units; NaN and 0 where there are too few months.
    """

    months: Periods
    stage: Ints
    trends: Trends


def months_of(found: Classified, data: DataState) -> Months:
    """
    Return what every product of a slice's filters sold in the last 24 whole months of it.

    The months may begin before the slice does: a trend needs them.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    now = found.slice.now
    filters = replace(now, start=max(data.first_day, _years_back(now.end, 2)))
    return shared("product_months", {"now": filters}, lambda: _months(filters), bulky=True)


def _years_back(day: date, years: int) -> date:
    """Return the first of the month so many years before."""
    return date(day.year - years, day.month, 1)


def _months(filters: Filters) -> Months:
    whole = Periods.within(filters, "month")
    late = max(0, whole.count - _MOST_MONTHS)
    periods = Periods("month", whole.starts_at(late), whole.count - late)
    rows = product_panel(warehouse(), filters, periods)
    known = catalogue()
    places, at = np.unique(known.places(rows["product_key"]), return_inverse=True)
    made = []
    for column in ("units", "revenue"):
        dense = np.zeros((len(places), periods.count), dtype=np.float32)
        dense[at, rows["period"].to_numpy()] = rows[column].to_numpy()
        made.append(dense)
    listed = known.frame["is_product"].to_numpy()[places]
    launched = known.frame["launched_on"].to_numpy()[places][listed]
    return Months(
        periods, places[listed], made[0][listed], made[1][listed], lives(launched, periods)
    )


def life_cycle(found: Classified, data: DataState) -> Lives:
    """
    Return where the products of a slice stand in their life.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    months = months_of(found, data)
    own = found.products["place"].to_numpy()
    units = np.zeros((len(own), months.periods.count), dtype=np.float32)
    at, held = _rows(months, own)
    units[held] = months.units[at[held]]
    launched = catalogue().frame["launched_on"].to_numpy()[own]
    lived = lives(launched, months.periods)
    moved = trends(units, lived)
    stage = stages(moved, lived, found.products["days_since"].to_numpy())
    return Lives(months.periods, stage, moved)


def _rows(months: Months, places: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where places stand among the months' products, and whether they do."""
    at = np.searchsorted(months.places, places)
    at = np.minimum(at, max(0, len(months.places) - 1))
    held = months.places[at] == places if len(months.places) else np.zeros(len(places), dtype=bool)
    return at, held


def stage_table(found: Classified, lived: Lives) -> pd.DataFrame:
    """
    Return what each stage holds.

    Returns:
        One row per stage of `STAGES`, in their order: `stage`, `products`, `revenue`,
        `products_share`, `revenue_share`, `trend` (median yearly change; NaN for none).
    """
    frame = pd.DataFrame(
        {
            "stage": lived.stage,
            "revenue": found.products["revenue"].to_numpy(),
            "trend": lived.trends.yearly,
        }
    )
    grouped = frame.groupby("stage")
    table = pd.DataFrame(
        {
            "products": grouped.size(),
            "revenue": grouped["revenue"].sum(),
            "trend": grouped["trend"].median(),
        }
    ).reindex(range(len(STAGES)))
    table[["products", "revenue"]] = table[["products", "revenue"]].fillna(0)
    table["products"] = table["products"].astype(int)
    for column in ("products", "revenue"):
        table[f"{column}_share"] = table[column] / (table[column].sum() or 1)
    table.insert(0, "stage", list(STAGES))
    return table.reset_index(drop=True)


def class_history(found: Classified, data: DataState, place: int) -> pd.DataFrame:
    """
    Return the class a product had at each month's end, judged by the twelve months before.

    Returns:
        One row per month from the first with a full window: `month` (its first day),
        `share` (place of ABC by revenue), `cv`, `cell`; `cell` is empty before launch.
    """
    months = months_of(found, data)
    at, held = _rows(months, np.array([place]))
    window = min(_WINDOW, months.periods.count)
    if not held[0] or window < LEAST_PERIODS:
        return pd.DataFrame({"month": [], "share": [], "cv": [], "cell": []})
    row = int(at[0])
    known = [
        _class_at(months, row, end, window, found.options.cuts)
        for end in range(window, months.periods.count + 1)
    ]
    return pd.DataFrame(known, columns=["month", "share", "cv", "cell"])


def _class_at(
    months: Months, row: int, end: int, window: int, cuts: Cuts
) -> tuple[date, int, float, str]:
    """Return one product's class at the end of a month, by the window before."""
    month = months.periods.starts_at(end - 1)
    lived = int(months.lived[row]) - (months.periods.count - end)
    if lived <= 0:
        return month, 100, float("nan"), ""
    own = months.units[row, end - min(window, lived) : end].astype(np.float64)
    cv = float(own.std() / own.mean()) if own.sum() > 0 else float("nan")
    revenue = months.revenue[:, end - window : end].sum(axis=1).astype(np.float64)
    share = share_places(revenue)[row : row + 1]
    variation = variation_places(np.array([cv]), np.array([lived]))
    return month, int(share[0]), cv, CELLS[int(cells(share, variation, cuts)[0])]
