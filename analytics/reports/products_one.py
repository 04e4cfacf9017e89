"""One product: found by what a reader types, its course, buyers, partners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.reports._warehouse import warehouse
from analytics.reports.products import Classified, catalogue
from analytics.reports.products_changes import named
from clickhouse_schema.queries.one_product import (
    product_buyers,
    product_course,
    product_partners,
)

BUYERS = 200
_PARTNERS = 300
_LEAST_TOGETHER = 3
_SURE = 1.96


@dataclass(frozen=True, slots=True)
class One:
    """
    A product that was found.

    Attributes:
        key: Its key.
        place: Row of the catalogue.
        product_id, description, category: As loaded.
        row: Its row of the classified products; None if it did not sell in the slice.
    """

    key: int
    place: int
    product_id: str
    description: str
    category: str
    row: pd.Series | None


def find_product(found: Classified, text: str) -> One:
    """
    Return the product a text names: by id, else the best seller with it in id or description.

    Args:
        found: The classified products of the slice.
        text: What was typed; empty for the best seller of all that sold in whole periods: a
            single order of the last days would show nothing.

    Raises:
        NotEnoughData: Nothing is called so.
    """
    frame = catalogue().frame
    products = found.products.set_index("place")
    wanted = text.strip().casefold()
    ids, words = (frame[column].str.casefold() for column in ("product_id", "description"))
    places = np.flatnonzero(frame["product_id"] == text.strip())
    if not len(places):
        places = np.flatnonzero(ids == wanted)
    if not len(places):
        like = ids.str.contains(wanted, regex=False) | words.str.contains(wanted, regex=False)
        places = np.flatnonzero(like & frame["is_product"])
    if not len(places):
        raise NotEnoughData(
            f"No product is called “{text[:40]}”. Type an id or a part of a description."
        )
    shown = products if wanted else products[products["sold_periods"] > 0]
    revenue = shown["revenue"].reindex(places).fillna(-1.0)
    return _one(frame, int(revenue.idxmax()), products)


def _one(frame: pd.DataFrame, place: int, products: pd.DataFrame) -> One:
    held = frame.iloc[place]
    return One(
        key=int(held["product_key"]),
        place=place,
        product_id=str(held["product_id"]),
        description=str(held["description"]),
        category=str(held["category"]),
        row=products.loc[place] if place in products.index else None,
    )


def course(found: Classified, one: One) -> pd.DataFrame:
    """
    Return a product's course over every whole period.

    Returns:
        `start` (first day of the period), `units`, `revenue`, `returned`, `price` (mean paid;
        NaN without a sale), one row per period.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    periods = found.periods
    rows = product_course(warehouse(), found.slice.now, periods, one.key).set_index("period")
    whole = rows.reindex(range(periods.count), fill_value=0.0)
    whole.insert(0, "start", [periods.starts_at(number) for number in range(periods.count)])
    whole["price"] = whole["revenue"] / whole["units"].where(whole["units"] > 0)
    return whole.reset_index(drop=True)


def buyers(found: Classified, one: One) -> pd.DataFrame:
    """
    Return the known customers who spent most on a product; as `product_buyers`.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    return product_buyers(warehouse(), found.slice.now, one.key, BUYERS)


def partners(found: Classified, one: One) -> pd.DataFrame:
    """
    Return what a product sells with, what is least likely chance first.

    Returns:
        `place`, `product_id`, `description`, `together` (orders with both), `rate` (share of
        its own orders), `lift` (how many times what independent sales would give) and `sure`
        (the lift's lower bound at 95%), by which it is ordered; only pairs of three orders or
        more whose `sure` is above 1.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    rows = product_partners(warehouse(), found.slice.now, one.key, _PARTNERS)
    rows = rows[rows["together"] >= _LEAST_TOGETHER]
    expected = rows["own_orders"] * rows["orders"] / rows["all_orders"]
    rows = rows.assign(
        place=catalogue().places(rows["product_key"]),
        rate=rows["together"] / rows["own_orders"],
        lift=rows["together"] / expected,
        sure=(rows["together"] - _SURE * np.sqrt(rows["together"])) / expected,
    )
    sure = rows[rows["sure"] > 1].sort_values(["sure", "place"], ascending=[False, True])
    return named(sure.reset_index(drop=True))
