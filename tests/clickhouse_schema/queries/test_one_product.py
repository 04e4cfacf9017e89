"""One product: its course, buyers and partners, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.one_product import (
    product_buyers,
    product_course,
    product_partners,
)
from tests.filling import Line, fill, key

MAY = Filters(date(2024, 5, 1), date(2024, 7, 1))
LINES = (
    Line("a", "2024-05-03T10:00", "10", customer="ann"),
    Line("a", "2024-05-03T10:00", "4", customer="ann", product="fork"),
    Line("b", "2024-06-03T10:00", "12", customer="ann", quantity="2", country="France"),
    Line("c", "2024-05-04T10:00", "10", customer="bob", quantity="5"),
    Line("c", "2024-05-04T10:00", "4", customer="bob", product="fork", category="Table"),
    Line("d", "2024-05-05T10:00", "10"),
    Line("e", "2024-05-06T10:00", "4", customer="cat", product="fork"),
    Line("e", "2024-05-06T10:00", "4", customer="cat", product="POST", is_product=False),
    Line("f", "2024-07-01T00:00", "10", customer="dan"),
    Line("Ca", "2024-06-04T10:00", "10", customer="ann", quantity="-1", kind="return"),
)


@pytest.fixture
def sold(empty_warehouse):
    """A mug bought twice by ann, once by bob and by somebody; a fork beside it twice."""
    fill(empty_warehouse, LINES)
    return empty_warehouse


def test_a_course_has_sales_and_returns_of_whole_periods(sold):
    """May and June, with June's return; narrowed to France only June's sale."""
    months = Periods.within(MAY, "month")
    rows = product_course(sold, MAY, months, key("mug"))
    france = product_course(sold, replace(MAY, countries=("France",)), months, key("mug"))

    assert rows.to_numpy().tolist() == [[0, 7, 70, 0], [1, 2, 24, 10]]
    assert france.to_numpy().tolist() == [[1, 2, 24, 0]]


def test_buyers_are_known_customers_by_what_they_spent(sold):
    """Bob spent most; ann came again; who left no name and who came later are not there."""
    rows = product_buyers(sold, MAY, key("mug"), 10)
    first = product_buyers(sold, MAY, key("mug"), 1)

    assert rows[["customer_id", "orders", "units", "revenue"]].to_numpy().tolist() == [
        ["bob", 1, 5, 50], ["ann", 2, 3, 34],
    ]  # fmt: skip
    assert first[["customer_id", "buyers", "again"]].to_numpy().tolist() == [["bob", 2, 1]]


def test_partners_are_of_the_same_orders(sold):
    """The fork is in two of the mug's four orders and in three of five; fees are no partner."""
    rows = product_partners(sold, MAY, key("mug"), 10)
    table = product_partners(sold, replace(MAY, categories=("Table",)), key("mug"), 10)

    assert rows[["together", "orders", "own_orders", "all_orders"]].to_numpy().tolist() == [
        [2, 3, 4, 5]
    ]
    assert rows["product_key"].tolist() == [key("fork")]
    assert table.equals(rows)
