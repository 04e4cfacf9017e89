"""The Products tab's callbacks: a question in, rows and views out, whatever is sent."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports.products import Options, classified, matrix
from callbacks import _products_one as one
from callbacks import _products_tiles as tiles
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


VIEWS = {
    "movement": lambda *given: tiles.movement_view(*given, width="revenue"),
    "joined": lambda *given: tiles.of_a_view(*given, joined=True),
    "left": lambda *given: tiles.of_a_view(*given, joined=False),
    "pareto": tiles.pareto_view,
    "life": tiles.life_view,
    "categories": tiles.categories_view,
    "reasons": tiles.reasons_view,
    "course": lambda *given: one.course_view(*given, product="22386"),
    "history": lambda *given: one.history_view(*given, product="22386"),
    "partners": lambda *given: one.partners_view(*given, product="22386"),
    "buyers": lambda *given: one.buyers_view(*given, product="jumbo bag"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_has_an_answer_a_table_and_its_source(online_retail, facts, name):
    """A figure with its table and sentence, or a sentence on why there is none."""
    autumn = Filters(date(2011, 9, 1), date(2011, 12, 1))
    view = VIEWS[name](autumn, facts, Options(step="week")).to_dict()

    assert view["answer"] and view["trust"]["statements"]
    if name == "categories":  # the published file has none
        assert "one category" in view["empty"]
    else:
        assert view["figure"]["data"] and view["table"]["rows"] and not view["empty"]


def test_the_watch_list_is_told_in_words(online_retail, facts):
    """Rows name the product, the reason and the amount."""
    year = facts.default_filters()
    rows, said = tiles.watched_rows(classified(year, Options(), facts.data), facts)

    assert said.split()[0].replace(",", "").isdigit()
    assert {"product_id", "reason", "fact", "amount", "stake"} <= set(rows[0])
    assert tiles.fact_in_words("falling", -0.25) == "−25.0% a year"
    assert tiles.fact_in_words("dead", 120) == "no sale for 120 days"


def test_margins_without_costs_say_so(online_retail, facts):
    """No cost is loaded: no curve is drawn of nothing."""
    view = tiles.pareto_view(facts.default_filters(), facts, Options(by="margin"))

    assert "No costs are loaded" in view.empty


def test_a_product_nobody_sells_is_told(online_retail, facts):
    """An id that is not there says what can be typed."""
    view = one.course_view(facts.default_filters(), facts, Options(), product="<script>")

    assert "No product is called" in view.empty
