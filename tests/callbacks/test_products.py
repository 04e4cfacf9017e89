"""The Products tab's callbacks: a question in, rows and views out, whatever is sent."""

from __future__ import annotations

import pytest

from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports.products import Options, classified, matrix
from callbacks._products_asked import read_cell, read_cuts, read_options
from callbacks._products_list import in_words, product_columns, product_rows, read_page
from callbacks._products_views import matrix_view
from clickhouse_schema.filters import Filters
from layouts.products import USUAL


@pytest.fixture
def year(online_retail, facts):
    """The usual period of the published shop."""
    return facts.default_filters()


def test_the_usual_settings_are_the_usual_options():
    """The layout's settings and the report's defaults are the same."""
    assert read_options(USUAL) == Options()


@pytest.mark.parametrize(
    "raw", [None, "x", {"by": "password", "cuts": [80, 95]}, {"cuts": [1, 2, 3, "4"]},
            {"step": ["week"], "cuts": [95, 80, 50, 100]}, {"cuts": [True, 95, 50, 100]}],
)  # fmt: skip
def test_forged_settings_fall_back_to_the_usual(raw):
    """What cannot be used is not used."""
    assert read_options(raw) == Options()
    assert read_cuts({"a": 1}) == Cuts()
    assert read_cell("XX") is None and read_cell(["AX"]) is None


def test_the_matrix_is_told_three_times_the_same(year, facts):
    """Picture, table and the steps the browser drags say the same numbers."""
    view = matrix_view(year, facts, Options()).to_dict()
    cells = matrix(classified(year, Options(), facts.data))
    steps = view["steps"]

    assert [row[0] for row in view["table"]["rows"]] == [*CELLS[:9], "New products"]
    assert [row[1] for row in view["table"]["rows"]] == cells["products"].tolist()
    assert sum(steps["products"]) == cells["products"].sum()
    assert sum(steps["revenue"]) == pytest.approx(cells["revenue"].sum(), abs=20)
    a = [n for n, share, cv in zip(steps["products"], steps["share"], steps["variation"],
                                   strict=True) if share < 80 and 0 <= cv <= 10]  # fmt: skip
    assert sum(a) == cells["products"][0]
    assert view["trust"]["metric"] == "abc_xyz" and view["answer"].startswith(view["title"])


def test_a_period_too_short_says_what_to_do(facts, year):
    """Ten days have no three whole weeks."""
    short = Filters(facts.data.first_day, facts.data.first_day.replace(day=11))

    assert "Choose a longer period" in matrix_view(short, facts, Options()).empty


def test_a_page_of_the_table_can_be_sent(year, facts):
    """Rows are plain, missing numbers are None, demand has a value for each period."""
    found = classified(year, Options(), facts.data)
    sent = product_rows(found, "AX", read_page({"startRow": 0, "endRow": 5}))
    columns = [one["field"] for one in product_columns("GBP", categories=False)]

    assert len(sent["rowData"]) == 5
    assert set(columns) <= set(sent["rowData"][0])
    assert sent["rowData"][0]["margin"] is None
    assert len(sent["rowData"][0]["demand"]) == found.periods.count
    assert in_words("AX", sent["rowCount"], True).endswith("of AX with these column filters")


@pytest.mark.parametrize(
    "request_",
    [
        {"startRow": "0"},
        {"sortModel": [{"colId": "demand; DROP", "sort": "asc"}]},
        {"filterModel": {"revenue": {"filterType": "number", "type": "inRange", "filter": 1}}},
        {"filterModel": {"secret": {"filterType": "text", "type": "contains", "filter": "x"}}},
        {"filterModel": {"cv": {"filterType": "number", "type": "equals"}}},
    ],
)
def test_a_forged_page_is_refused(request_):
    """Unknown columns and operators never reach the data."""
    with pytest.raises(ValueError):
        read_page(request_)
