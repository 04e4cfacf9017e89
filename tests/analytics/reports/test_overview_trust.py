"""From the file to the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from analytics.reports._slice import slice_of
from analytics.reports.overview import headline
from analytics.reports.overview_trust import lines_used, reconciliation
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from tests.analytics.reports.test_overview_parts import SLICES

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
WHOLE = Filters(date(2010, 12, 1), date(2011, 12, 10), known_only=True)


def test_by_hand(shop: Warehouse, state: DataState) -> None:
    """Each rule takes its lines and money; what is left is what the figures use."""
    way = reconciliation(replace(MAY, known_only=True), state)

    assert (way.lines, way.invoices, way.amount) == (9, 8, 195.0)
    assert [(step.rule, step.lines, step.amount) for step in way.steps] == [
        ("return", 1, -30.0),
        ("correction", 1, 0.0),
        ("free", 1, 0.0),
        ("unknown customer", 1, 60.0),
        ("discount", 0, 5.0),
    ]
    assert (way.lines_used, way.orders, way.customers, way.revenue) == (5, 4, 2, 160.0)


def test_published_totals(online_retail: Warehouse, state: DataState) -> None:
    """From the published totals of the file to those of its clean view."""
    way = reconciliation(WHOLE, state)

    assert (way.lines, way.invoices) == (541_909, 25_900)
    assert way.amount == pytest.approx(9_747_747.934, abs=1e-3)
    assert (way.lines_used, way.orders, way.customers) == (397_884, 18_532, 4_338)
    assert way.revenue == pytest.approx(8_911_407.904, abs=1e-3)
    assert way.lines - sum(step.lines for step in way.steps) == way.lines_used
    assert way.amount - sum(step.amount for step in way.steps) == pytest.approx(way.revenue)


@given(SLICES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_way_adds_up(shop: Warehouse, state: DataState, filters: Filters) -> None:
    """Lines and money less the steps are what the headline shows, under any filter."""
    way = reconciliation(filters, state)
    used = lines_used(slice_of(filters, state))

    assert way.lines - sum(step.lines for step in way.steps) == way.lines_used
    assert way.amount - sum(step.amount for step in way.steps) == pytest.approx(way.revenue)
    assert way.revenue == pytest.approx(headline(filters, state).measures["revenue"].now)
    assert way.lines == used.sales + used.unknown_sales + used.returns + used.others
    assert way.lines_used == used.sales + (0 if filters.known_only else used.unknown_sales)
