"""Products somebody should look at: for which reason, and how much is at stake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from analytics.models.abc_xyz import CELLS
from analytics.models.life_cycle import SILENT_DAYS
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.products import Classified, catalogue
from analytics.reports.products_life import life_cycle, months_of
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.demand import Demand, product_demand
from clickhouse_schema.queries.loads import DataState

REASONS = ("erratic", "falling", "growing", "dead", "loss", "returns")
RECENT_DAYS = 60
_DOUBT = 0.001  # a return rate as high by chance, in fewer than one product of a thousand
_LEAST_RETURNS = 3
_COLUMNS = ["place", "reason", "amount", "fact"]
Chosen = npt.NDArray[np.bool_]


def watch_list(found: Classified, data: DataState) -> pd.DataFrame:
    """
    Return every product with a reason to look at it, one row per reason.

    Returns:
        `place` (row of the catalogue), `reason` (of `REASONS`), `amount` (account currency)
        and `fact`, a number behind the reason, the largest amount first:
        `erratic`: in A and Z; amount its revenue, fact its variation.
        `falling`, `growing`: A with a falling, C with a rising trend; amount what a year of
        it takes or brings, fact the trend per year.
        `dead`: no sale for 90 days; amount its revenue of the last 24 months, fact the days.
        `loss`: margin below zero; amount the loss, fact the margin rate.
        `returns`: more came back in the last 60 days than the rest of the period explains;
        amount what came back beyond that, fact the recent rate.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    parts = [
        _of_classes(found),
        _of_trends(found, data),
        _dead(found, data),
        _losses(found),
        _returns(found),
    ]
    every = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=_COLUMNS)])
    return every.sort_values(["amount", "place"], ascending=[False, True], ignore_index=True)


def _listed(reason: str, place: object, amount: object, fact: object) -> pd.DataFrame:
    frame = pd.DataFrame({"place": place, "amount": amount, "fact": fact})
    frame.insert(1, "reason", reason)
    return frame


def _of_classes(found: Classified) -> pd.DataFrame:
    products = found.products
    rows = products[products["cell"] == CELLS.index("AZ")]
    return _listed("erratic", rows["place"], rows["revenue"], rows["cv"])


def _of_trends(found: Classified, data: DataState) -> pd.DataFrame:
    moved = life_cycle(found, data).trends
    products = found.products
    letter = products["cell"].to_numpy() // 3
    new = products["cell"].to_numpy() == CELLS.index("new")
    days = found.slice.now.days
    yearly = products["revenue"].to_numpy() * 365.2425 / days
    parts = []
    for reason, chosen in (
        ("falling", moved.falling & (letter == 0)),
        ("growing", moved.rising & (letter == 2)),
    ):
        rows = chosen & ~new
        change = np.clip(moved.yearly[rows], -1, None)
        parts.append(
            _listed(reason, products["place"][rows], yearly[rows] * np.abs(change), change)
        )
    return pd.concat(parts)


def _dead(found: Classified, data: DataState) -> pd.DataFrame:
    months = months_of(found, data)
    brought = months.revenue.sum(axis=1).astype(np.float64)
    products = found.products
    end = found.slice.now.end
    since = pd.Series(products["days_since"].to_numpy(), index=products["place"].to_numpy())
    # A product of the months before that did not sell in the slice at all: since its last month.
    last = months.periods.count - 1 - np.argmax(months.units[:, ::-1] > 0, axis=1)
    ends = [(end - months.periods.starts_at(number + 1)).days for number in
            range(months.periods.count)]  # fmt: skip
    days = since.reindex(months.places).to_numpy(dtype=float, copy=True)
    days = np.where(np.isnan(days), np.array(ends)[last] if len(last) else days, days)
    rows = (days > SILENT_DAYS) & (brought > 0)
    return _listed("dead", months.places[rows], brought[rows], days[rows])


def _losses(found: Classified) -> pd.DataFrame:
    products = found.products
    rows = products[products["margin"] < 0]
    return _listed("loss", rows["place"], -rows["margin"], rows["margin"] / rows["revenue"])


def _returns(found: Classified) -> pd.DataFrame:
    """Return products of which far more came back lately, by a Poisson test on pieces."""
    now = found.slice.now
    if now.days <= 2 * RECENT_DAYS:
        return pd.DataFrame(columns=_COLUMNS)
    recent = replace(now, start=now.end - timedelta(days=RECENT_DAYS))
    demand = Demand(Periods.within(recent, "week"))
    frame = shared(
        "recent_returns", {"now": recent}, lambda: product_demand(warehouse(), recent, demand)
    )
    late = frame.assign(place=catalogue().places(frame["product_key"])).set_index("place")
    products = found.products.set_index("place")
    both = products.join(late[["all_revenue", "all_returned", "all_units"]], how="inner")
    sold_before = both["revenue"] - both["all_revenue"]
    rate = (both["returned"] - both["all_returned"]) / sold_before.where(sold_before > 0)
    price = both["all_revenue"] / both["all_units"]
    # A product of which nothing came back so far is held against all of them.
    usual_rate = float(products["returned"].sum() / products["revenue"].sum())
    expected = rate.fillna(0).clip(lower=usual_rate) * both["all_revenue"]
    pieces, usual = both["all_returned"] / price, expected / price
    chance = scipy.stats.poisson.sf(np.floor(pieces) - 1, np.maximum(usual, 1e-9))
    rows = (chance < _DOUBT) & (pieces >= _LEAST_RETURNS)
    amount = both["all_returned"] - expected
    fact = both["all_returned"] / both["all_revenue"]
    return _listed("returns", both.index[rows], amount[rows].to_numpy(), fact[rows].to_numpy())
