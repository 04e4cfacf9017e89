"""A chosen segment narrows every query that takes the filters, whoever wrote it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from clickhouse_schema import queries
from clickhouse_schema.client import SQL_DIR, Warehouse, load_sql
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.sets import make_set
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.demand import Demand
from tests.conftest import empty
from tests.filling import Line, fill, key

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
# What else a query of the filters may take. A new one is given here what its test data can answer.
ALSO: dict[str, Any] = {
    "before": MAY.compared(),
    "buckets": [0] * MAY.days,
    "top": 12,
    "dimension": "category",
    "demand": Demand(Periods.within(MAY, "week"), seasonal=True),
    "periods": Periods.within(MAY, "week"),
}
CHOSEN = ("ann", "cat")
ALSO["keys"] = [key("mug"), key("fork")]
ALSO["key"] = key("fork")
# Statements that name countries as the filters do, and know no customer: their functions ask
# another one for a segment.
KNOW_NO_CUSTOMER = {"product_movements"}
# About one customer, who is named.
OF_ONE = {"customer_bought", "customer_places"}
SHOP = (
    Line("m1", "2024-03-02T09:00", "100", customer="ann"),
    Line("a1", "2024-04-10T10:00", "10", customer="ann", product="fork", category="Table"),
    Line("a2", "2024-04-30T23:59:59", "20", customer="bob", country="France", channel="store"),
    Line("a3", "2024-04-12T10:00", "11", customer="cat", country="Spain", product="fork"),
    Line("a4", "2024-04-13T10:00", "12"),
    Line("b1", "2024-05-01T00:00", "30", customer="ann", quantity="2", discount="5"),
    Line("b1", "2024-05-01T00:00", "7", customer="ann", product="fork", category="Table"),
    Line("b2", "2024-05-06T13:10", "40", customer="bob", country="France", channel="store"),
    Line("b3", "2024-05-06T13:59", "50", customer="cat", product="fork", category="Table"),
    Line("b4", "2024-05-31T23:00", "60", country="Spain", channel=""),
    Line("b5", "2024-05-31T23:30", "8", customer="cat", product="POST", is_product=False),
    Line("b6", "2024-05-11T11:00", "45", customer="dan", country="Spain"),
    Line("Cb1", "2024-05-07T08:00", "30", customer="ann", quantity="-1", kind="return"),
    Line("Cb2", "2024-05-08T08:00", "40", customer="bob", quantity="-1", kind="return"),
    Line("x1", "2024-05-08T08:00", "0", customer="ann", kind="free"),
    Line("x2", "2024-05-08T08:30", "0", customer="dan", kind="free"),
    Line("x3", "2024-05-08T09:00", "0", quantity="-4", kind="correction"),
)
SLICES = {
    "everything": MAY,
    "a country": replace(MAY, countries=("Germany",)),
    "a channel": replace(MAY, channels=("web",)),
    "a category": replace(MAY, categories=("Table",)),
}


def queries_of_filters() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function of the queries that takes filters and asks the warehouse."""
    for module in pkgutil.iter_modules(queries.__path__):
        loaded = importlib.import_module(f"{queries.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            own = function.__module__ == loaded.__name__ and not name.startswith("_")
            parameters = inspect.signature(function).parameters
            if own and {"filters", "warehouse"} <= set(parameters):
                yield name, function


QUERIES = dict(queries_of_filters())


Answers = dict[tuple[str, str], Any]


def ask_all(warehouse: Warehouse, segment: ChosenSegment | None) -> Answers:
    """Return the answer of every query for every slice that it is asked of."""
    return {
        (name, slice_): function(warehouse, replace(filters, segment=segment), **also(function))
        for name, function in QUERIES.items()
        for slice_, filters in SLICES.items()
        if filters.categories or not name.endswith("_of_categories")
    }


def also(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a query takes besides the filters."""
    names = set(inspect.signature(function).parameters) - {"warehouse", "filters"}
    return {name: ALSO[name] for name in names}


@pytest.fixture(scope="module")
def narrowed(warehouse: Warehouse) -> Answers:
    """What is answered of the chosen customers as a segment among all."""
    empty(warehouse)
    fill(warehouse, SHOP)
    keys = [key(name) for name in CHOSEN]
    members = Members("SELECT arrayJoin({keys:Array(UInt64)}) AS customer_key", {"keys": keys})
    made = make_set(warehouse, members, set_key="contract", data_version=1)
    return ask_all(
        warehouse,
        ChosenSegment(made.set_id, "x", "Chosen", datetime(2024, 6, 1), made.customers),
    )


@pytest.fixture(scope="module")
def alone(narrowed: Answers, warehouse: Warehouse) -> Iterator[Answers]:
    """What is answered in a shop that has no other customers."""
    empty(warehouse)
    fill(warehouse, [line for line in SHOP if line.customer in CHOSEN])
    yield ask_all(warehouse, None)
    empty(warehouse)


@pytest.mark.parametrize("name", QUERIES)
def test_a_segment_gives_what_its_customers_alone_would(
    narrowed: Answers, alone: Answers, name: str
) -> None:
    """
    Every figure of a segment is the figure of a shop that only its customers bought from.

    A query that takes `Filters` and forgets the segment fails here: its statement needs
    `AND {{in_segment}}`, or `{{sales_by_day}}` in the place of `daily_sales`.
    """
    asked = [key for key in alone if key[0] == name]

    assert asked
    for one in asked:
        if isinstance(alone[one], pd.DataFrame):
            assert len(alone[one]), f"the test data has nothing of {one}"
            pd.testing.assert_frame_equal(narrowed[one], alone[one])
        else:
            assert alone[one]
            assert narrowed[one] == alone[one]


def test_the_queries_are_found() -> None:
    """The functions looked through are those there are."""
    assert {"daily_revenue", "revenue_by", "customer_activity", "order_hours"} <= set(QUERIES)


def slots_of(name: str) -> set[str]:
    return set(re.findall(r"\{(\w+):", load_sql(name)))


OF_THE_FILTERS = [
    path.stem
    for path in sorted(SQL_DIR.glob("*.sql"))
    if slots_of(path.stem) & {"countries", "channels", "categories", "known_only"}
    and path.stem not in KNOW_NO_CUSTOMER | OF_ONE
]


@pytest.mark.parametrize("name", OF_THE_FILTERS)
def test_a_statement_of_the_filters_knows_the_segment(name: str) -> None:
    """Whatever can be narrowed by country can be narrowed by segment, also by `Scope`."""
    assert "segment" in slots_of(name)


def test_the_statements_of_the_filters_are_found() -> None:
    """The statements looked through are those there are."""
    assert {"revenue_by", "product_movements_of_slice", "rfm_cells"} <= set(OF_THE_FILTERS)
