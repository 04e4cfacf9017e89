"""The Overview's finished views."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.reports.shell import ShellFacts
from callbacks import _overview_parts as parts
from callbacks import _overview_views as views
from callbacks.overview import draw_changed, draw_kpis
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Compare, Filters
from layouts.views import ChartView

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
WHOLE = Filters(date(2010, 12, 1), date(2011, 12, 10), known_only=True)
CHARTS: dict[str, Callable[[Filters, ShellFacts], ChartView]] = {
    "revenue": views.revenue_view,
    "customers": views.customers_view,
    "hours": partial(views.hours_view, of="orders"),
    "hours of revenue": partial(views.hours_view, of="revenue"),
    "countries": partial(parts.ranking_view, dimension="country"),
    "categories": partial(parts.ranking_view, dimension="category"),
    "channels": parts.channels_view,
    "products": parts.products_view,
    "changed by country": partial(parts.changed_view, by="country"),
    "changed by channel": partial(parts.changed_view, by="channel"),
    "changed by category": partial(parts.changed_view, by="category"),
    "changed by product": partial(parts.changed_view, by="product"),
    "trust": parts.reconciliation_view,
}


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_says_its_answer(shop: Warehouse, facts: ShellFacts, name: str) -> None:
    """A picture, a sentence, a table of the same, and where it comes from; all plain JSON."""
    view = CHARTS[name](MAY, facts)
    plain = json.loads(json.dumps(view.to_dict(), allow_nan=False))

    assert view.empty == ""
    assert plain["figure"]["data"]
    assert view.answer.endswith(".")
    assert len(plain["table"]["rows"]) > 0
    assert all("_" not in heading for heading in plain["table"]["columns"])
    assert view.trust.period == "1 – 31 May 2024"
    assert all("SELECT" in sql for _, sql in view.trust.statements)
    assert "data_version" not in dict(view.trust.statements)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    "change",
    [
        {"countries": ("Atlantis",)},
        {"channels": ("fax",), "categories": ("Garden",), "known_only": True},
        {"start": date(2035, 1, 1), "end": date(2035, 2, 1)},
        {"compare": "none"},
        {"compare": "year"},
    ],
)
def test_empty_slices_say_why(
    shop: Warehouse, facts: ShellFacts, name: str, change: dict[str, object]
) -> None:
    """Never an exception or a warning: either there is a figure, or words in its place."""
    view = CHARTS[name](replace(MAY, **change), facts)

    assert (view.figure is None) == bool(view.empty)
    json.dumps(view.to_dict(), allow_nan=False)


@given(
    start=st.dates(date(1990, 1, 1), date(2050, 1, 1)),
    days=st.sampled_from([1, 2, 7, 31, 63, 401, 2000, 20_000]),
    names=st.lists(st.sampled_from(["", "web", "France", "Kitchen", "<b>", "' OR 1"]), max_size=2),
    known=st.booleans(),
    compare=st.sampled_from(["previous", "year", "none"]),
)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_filters_have_an_answer(
    shop: Warehouse,
    facts: ShellFacts,
    start: date,
    days: int,
    names: list[str],
    known: bool,
    compare: Compare,
) -> None:
    """Whatever is asked for, every tile draws or says why not, in plain JSON."""
    chosen = tuple(sorted(set(names)))
    filters = Filters(
        start, start + timedelta(days), chosen, chosen, chosen, known_only=known, compare=compare
    )

    for build in CHARTS.values():
        view = build(filters, facts)
        assert (view.figure is None) == bool(view.empty)
        json.dumps(view.to_dict(), allow_nan=False)
    for card in views.kpi_views(filters, facts):
        json.dumps(card.to_dict(), allow_nan=False)
    around = replace(filters, start=date(2024, 5, 6), end=date(2024, 5, 6) + timedelta(days))
    for build in CHARTS.values():
        build(replace(around, countries=(), channels=(), categories=()), facts)


def test_cards(shop: Warehouse, facts: ShellFacts) -> None:
    """Values to read at a glance, exact ones on hover, changes against a named month."""
    revenue, orders, *_, returns, lifetime = views.kpi_views(MAY, facts)

    assert (revenue.value, revenue.exact, revenue.compared) == ("€220.00", "€220.00", "vs Apr 2024")
    assert orders.change == 1.5
    assert (returns.value, returns.good) == ("13.6%", "down")
    assert returns.compared == "none Apr 2024"
    assert lifetime.value == "€135.00"
    assert [name for name, _ in lifetime.trust.statements] == ["customer_activity", "line_counts"]
    assert dict(lifetime.trust.left_out)["Sale lines that name no customer"] == 1


def test_cards_without_history(shop: Warehouse, facts: ShellFacts) -> None:
    """No earlier data is said, and is no fall of 100%."""
    for card in views.kpi_views(Filters(date(2024, 3, 2), date(2024, 4, 1)), facts):
        assert (card.change, card.compared) == (None, "no earlier data")


def test_cards_of_nothing(shop: Warehouse, facts: ShellFacts) -> None:
    """What would be a division by nothing is empty; sums are 0."""
    cards = views.kpi_views(replace(MAY, channels=("fax",)), facts)

    assert [bool(card.empty) for card in cards] == [False] * 3 + [True, False, True, True, True]


def test_the_published_way_from_the_file(online_retail: Warehouse, facts: ShellFacts) -> None:
    """The published totals stand at the top and at the bottom of the tile."""
    view = parts.reconciliation_view(WHOLE, facts)
    rows = view.to_dict()["table"]["rows"]

    assert rows[0] == ["Loaded", 541_909, 25_900, None, 9_747_747.934]
    assert rows[-1] == ["Used", 397_884, 18_532, 4_338, 8_911_407.904]
    assert view.figure is not None
    written = [note.text for note in view.figure.layout.annotations]
    assert {"541,909", "25,900 invoices", "£9,747,747.93"} <= set(written)
    assert {"397,884", "18,532 orders", "4,338 customers", "£8,911,407.90"} <= set(written)


def test_a_dimension_the_data_lacks(online_retail: Warehouse, facts: ShellFacts) -> None:
    """The published set names no channel: words, not one bar."""
    november = Filters(date(2011, 11, 1), date(2011, 12, 1))
    assert "does not say the channel" in parts.channels_view(november, facts).empty
    assert "does not say the category" in parts.ranking_view(november, facts, "category").empty
    assert "does not say the channel" in parts.changed_view(november, facts, "channel").empty


def test_unknown_switches_fall_back(shop: Warehouse, facts: ShellFacts) -> None:
    """A forged switch is the first one; a gate not yet set asks nothing."""
    question = {"filters": {"start": "2024-05-01", "end": "2024-06-01"}, "reader": "r", "number": 1}

    forged = draw_changed(question, {"by": "; DROP TABLE orders"})
    assert forged["answer"] == draw_changed(question, "country")["answer"]
    assert len(draw_kpis(question)) == 8
