"""The Overview's figures by part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.reports.overview import headline
from analytics.reports.overview_parts import channels, products, ranking, what_changed
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
SLICES = st.builds(
    Filters,
    start=st.dates(date(2024, 4, 2), date(2024, 5, 15)),
    end=st.dates(date(2024, 5, 16), date(2024, 6, 20)),
    countries=st.sampled_from([(), ("France",), ("France", "Spain"), ("Nowhere",)]),
    channels=st.sampled_from([(), ("web",), ("", "store")]),
    categories=st.sampled_from([(), ("Kitchen",), ("Kitchen", "Table")]),
    known_only=st.booleans(),
    compare=st.sampled_from(["previous", "year"]),
)


def test_countries(shop: Warehouse, state: DataState) -> None:
    """Best first, with the change against April; a country new in May has none."""
    found = ranking(MAY, state, "country")

    assert found.rows["name"].tolist() == ["Germany", "Spain", "France"]
    assert found.rows["revenue"].tolist() == [120.0, 60.0, 40.0]
    assert found.rows["change"].tolist() == [11.0, pytest.approx(float("nan"), nan_ok=True), 1.0]
    assert found.total == 220.0


def test_a_chosen_country_among_the_others(shop: Warehouse, state: DataState) -> None:
    """The others stay to be clicked, marked; the total is of the chosen one."""
    found = ranking(replace(MAY, countries=("France",)), state, "country")

    assert dict(zip(found.rows["name"], found.rows["chosen"], strict=True)) == {
        "Germany": False, "Spain": False, "France": True,
    }  # fmt: skip
    assert found.total == 40.0


def test_channels(shop: Warehouse, state: DataState) -> None:
    """Revenue, orders, average order value and return rate per channel, now and before."""
    rows = channels(MAY, state).rows.set_index("name")

    assert rows["orders"].to_dict() == {"web": 3, "": 1, "store": 1}
    assert rows["order_value"].to_dict() == {"web": 40.0, "": 60.0, "store": 40.0}
    assert rows.loc["web", "return_rate"] == pytest.approx(30 / 120)
    assert rows["orders_before"].to_dict() == {"web": 1, "": 0, "store": 1}
    assert rows["order_value_before"].isna().to_dict() == {"web": False, "": True, "store": False}


def test_products_without_fees(shop: Warehouse, state: DataState) -> None:
    """Postage is no product."""
    assert products(MAY, state).rows["name"].tolist() == ["Mug", "Fork"]


def test_names_of_doubled_products(online_retail: Warehouse, state: DataState) -> None:
    """No two bars have one name."""
    whole = Filters(date(2010, 12, 1), date(2011, 12, 10))

    assert products(whole, state).rows["name"].is_unique


@pytest.mark.parametrize("by", ["country", "channel", "category", "product"])
def test_change_by_hand(shop: Warehouse, state: DataState, by: str) -> None:
    """From 30 to 220, whichever way it is taken apart."""
    found = what_changed(MAY, state, by)

    assert found.parts is not None
    assert (found.parts.before, found.parts.now, found.parts.change) == (30.0, 220.0, 190.0)
    assert sum(part.change for part in found.parts.parts) + found.parts.rest.change == 190.0
    assert found.parts.rest.change == 0.0


def test_change_without_a_comparison(shop: Warehouse, state: DataState) -> None:
    """Nothing is taken apart when nothing is compared, or nothing was sold."""
    assert what_changed(replace(MAY, compare="none"), state, "country").parts is None
    assert what_changed(replace(MAY, channels=("fax",)), state, "product").parts is None


@given(SLICES, st.sampled_from(["country", "channel", "category", "product"]), st.integers(1, 3))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_contributions_add_up_under_any_filter(
    shop: Warehouse, state: DataState, filters: Filters, by: str, most: int
) -> None:
    """Parts and rest are exactly the change of the headline's revenue."""
    found = what_changed(filters, state, by, most=most)
    revenue = headline(filters, state).measures["revenue"]

    if found.parts is None:
        assert revenue.before is None or revenue.now == revenue.before == 0
        return
    changes = [*(part.change for part in found.parts.parts), found.parts.rest.change]
    assert sum(round(one * 10_000) for one in changes) == round(found.parts.change * 10_000)
    assert revenue.before is not None
    assert (found.parts.now, found.parts.before) == (revenue.now, revenue.before)


@given(SLICES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_parts_are_the_whole_under_any_filter(
    shop: Warehouse, state: DataState, filters: Filters
) -> None:
    """Chosen countries, channels and categories each add up to the headline's numbers."""
    measures = headline(filters, state).measures

    for dimension in ("country", "channel", "category"):
        assert ranking(filters, state, dimension).total == pytest.approx(measures["revenue"].now)
    rows = channels(filters, state).rows
    assert rows.loc[rows["chosen"], "orders"].sum() == measures["orders"].now


@pytest.mark.parametrize("by", ["country", "product"])
def test_change_of_the_published_set(online_retail: Warehouse, state: DataState, by: str) -> None:
    """Autumn against summer: the rest makes up what eight parts do not."""
    autumn = Filters(date(2011, 9, 1), date(2011, 12, 1))

    parts = what_changed(autumn, state, by).parts

    assert parts is not None
    assert len(parts.parts) == 8
    changes = [*(part.change for part in parts.parts), parts.rest.change]
    assert sum(round(one * 10_000) for one in changes) == round(parts.change * 10_000)
    revenue = headline(autumn, state).measures["revenue"]
    assert (parts.now, parts.before) == (revenue.now, revenue.before)
