"""The sample retailer's truth: what was planted as steady, seasonal and erratic is found so."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analytics.models.abc_xyz import CELLS
from analytics.reports.products import Options, catalogue, classified
from clickhouse_schema.filters import Filters
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.queries.loads import data_state

# Few products, so that each sells about fifty times a month: the variation of one that sells
# five times is mostly chance, whatever it was planted as.
SPEC = SampleSpec(customers=8_000, lines=160_000, products=120)
TWO_YEARS = Filters(date(2023, 12, 1), date(2025, 12, 1))


@pytest.fixture
def letters(empty_warehouse, answers) -> pd.DataFrame:
    """X, Y or Z of each product that was always sold, season left in and taken out."""
    load_sample(empty_warehouse, SPEC)
    planted = empty_warehouse.rows(
        "SELECT product_key, demand_kind FROM sample_products"
        " WHERE launched_on < {first:Date} AND ended_on > toDate('2148-01-01')",
        {"first": SPEC.first_day},
    )
    frame = pd.DataFrame(planted, columns=["product_key", "kind"]).set_index("product_key")
    state = data_state(empty_warehouse)
    for name, season in (("left", False), ("taken", True)):
        found = classified(TWO_YEARS, Options(season=season), state)
        keys = catalogue().frame["product_key"].to_numpy()[found.products["place"]]
        cells = [CELLS[cell][-1] for cell in found.products["cell"]]
        frame = frame.join(pd.Series(cells, index=keys, name=name))
    return frame


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
