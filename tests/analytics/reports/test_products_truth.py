"""The sample retailer's truth: what was planted as steady, seasonal and erratic is found so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from analytics.models.abc_xyz import CELLS
from analytics.reports.products import Options, catalogue, classified
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.queries.loads import data_state
from tests.conftest import empty

# What everybody opens, over what everybody sees first, and over two years.
SPEC = SampleSpec()
YEAR = Filters(date(2024, 12, 1), date(2025, 12, 1))
TWO_YEARS = Filters(date(2023, 12, 1), date(2025, 12, 1))


@pytest.fixture(scope="module")
def shop(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse with the usual sample retailer."""
    empty(warehouse)
    load_sample(warehouse, SPEC)
    yield warehouse
    empty(warehouse)


@pytest.fixture
def letters(shop, answers, request) -> pd.DataFrame:
    """X, Y or Z of each product that was always sold, season left in and taken out."""
    planted = shop.rows(
        "SELECT product_key, demand_kind FROM sample_products"
        " WHERE demand_kind != 'slow' AND launched_on < {first:Date}"
        " AND ended_on > toDate('2148-01-01')",
        {"first": SPEC.first_day},
    )
    frame = pd.DataFrame(planted, columns=["product_key", "kind"]).set_index("product_key")
    state = data_state(shop)
    for name, season in (("left", False), ("taken", True)):
        found = classified(request.param, Options(season=season), state)
        keys = catalogue().frame["product_key"].to_numpy()[found.products["place"]]
        cells = [CELLS[cell][-1] for cell in found.products["cell"]]
        frame = frame.join(pd.Series(cells, index=keys, name=name))
    return frame


@pytest.mark.parametrize("letters", [YEAR, TWO_YEARS], indirect=True, ids=["year", "two years"])
def test_nine_of_ten_planted_products_are_where_they_belong(letters):
    """Steady in X, seasonal in X only when the season is taken out, erratic in Z."""
    steady, seasonal, erratic = (
        letters[letters["kind"] == kind] for kind in ("steady", "seasonal", "erratic")
    )
    only_then = (seasonal["left"] != "X") & (seasonal["taken"] == "X")

    assert min(len(rows) for rows in (steady, seasonal, erratic)) >= 15
    assert (steady["left"] == "X").mean() >= 0.9
    assert only_then.mean() >= 0.9
    assert (erratic["left"] == "Z").mean() >= 0.9
    # Looking for a season does not make the others other than they are.
    assert (steady["taken"] == "X").mean() >= 0.9
    assert (erratic["taken"] == "Z").mean() >= 0.9
