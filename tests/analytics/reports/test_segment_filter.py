"""A segment as a filter: whom it keeps, and every figure of the Overview among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.models.rfm import SEGMENTS
from analytics.reports import segment_filter
from analytics.reports._cache import cache
from analytics.reports.overview import customers_course, headline, hours, revenue_course
from analytics.reports.overview_parts import channels, products, ranking, what_changed
from analytics.reports.overview_trust import lines_used, reconciliation
from analytics.reports.segment_filter import chosen_segment, forget_segments, segment_choices
from analytics.saved_segments import SEGMENT, segment_body
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, UnknownThing
from clickhouse_schema.filters import Filters
from clickhouse_schema.made.store import archive, create, save
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.rules.tree import parse
from tests.filling import Line, fill, key

ANNA = Author("Anna")
AUTUMN = Filters(date(2011, 9, 1), date(2011, 12, 1))


@pytest.fixture(autouse=True)
def looked_anew() -> Iterator[None]:
    """No segment is known from the test before."""
    forget_segments()
    yield
    forget_segments()


def kept(warehouse: Warehouse, field: str, operator: str, value: object, name: str) -> Made:
    """Save a segment of one condition."""
    rule = {"mode": "all", "parts": [{"field": field, "operator": operator, "value": value}]}
    body = segment_body(parse(rule))
    return create(warehouse, SEGMENT, name=name, body=body, author=ANNA)


@pytest.fixture
def often(online_retail: Warehouse, clean: pd.DataFrame) -> Iterator[tuple[Filters, pd.Series]]:
    """The published set narrowed to who ordered at least five times; and their ids by pandas."""
    made = kept(online_retail, "frequency", "at_least", 5, "Often")
    orders = clean.groupby("CustomerID")["InvoiceNo"].nunique()
    yield replace(AUTUMN, segment=chosen_segment(made.id)), orders.index[orders >= 5]
    online_retail.command("TRUNCATE TABLE made")


def of_period(lines: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Return the lines of a period."""
    day = lines["InvoiceDate"]
    return lines[(day >= pd.Timestamp(filters.start)) & (day < pd.Timestamp(filters.end))]


def test_the_eight_numbers_of_a_segment_now_and_before(
    often: tuple[Filters, pd.Series],
    state: DataState,
    raw_lines: pd.DataFrame,
    clean: pd.DataFrame,
) -> None:
    """The same customers in both periods, recomputed with pandas from the published file."""
    filters, ids = often
    mine = clean[clean["CustomerID"].isin(ids)]
    cancelled = raw_lines["InvoiceNo"].str.startswith("C")
    back = raw_lines[cancelled & raw_lines["CustomerID"].isin(ids)]
    first = clean.groupby("CustomerID")["InvoiceDate"].min()

    measures = headline(filters, state).measures

    assert filters.segment is not None
    assert filters.segment.customers == len(ids)
    compared = filters.compared()
    assert compared is not None
    for period, at in ((filters, "now"), (compared, "before")):
        sold = of_period(mine, period)
        orders = sold.groupby("CustomerID")["InvoiceNo"].nunique()
        began = first[orders.index]
        new = (began >= pd.Timestamp(period.start)) & (began < pd.Timestamp(period.end))
        past = mine[mine["InvoiceDate"] < pd.Timestamp(period.end)]
        lifetime = past[past["CustomerID"].isin(orders.index)]["amount"].sum()
        revenue, number = sold["amount"].sum(), sold["InvoiceNo"].nunique()
        expected = {
            "revenue": revenue,
            "orders": number,
            "active_customers": len(orders),
            "average_order_value": revenue / number,
            "new_customers": new.sum(),
            "repeat_rate": (orders > 1).mean(),
            "return_rate": -of_period(back, period)["amount"].sum() / revenue,
            "lifetime_revenue": lifetime / len(orders),
        }
        found = {name: getattr(one, at) for name, one in measures.items()}
        assert found == pytest.approx(expected, rel=1e-6)


def test_the_parts_of_a_segment_add_up_to_it(
    often: tuple[Filters, pd.Series], state: DataState, clean: pd.DataFrame
) -> None:
    """Countries, products, hours, weeks and what changed: each as pandas has it."""
    filters, ids = often
    mine = clean[clean["CustomerID"].isin(ids)]
    sold = of_period(mine, filters)
    before = of_period(mine, filters.compared() or filters)
    fees = headline(filters, state).measures["revenue"]

    by_country = ranking(filters, state, "country").rows.set_index("name")["revenue"]
    best = products(filters, state).rows.set_index("product_id")["revenue"]
    week = hours(filters, state)
    changed = what_changed(filters, state, "country").parts

    expected = sold.groupby("Country")["amount"].sum()
    assert by_country.to_dict() == pytest.approx(expected.to_dict())
    ids_of = sold["StockCode"].str.strip()
    by_product = sold.groupby(ids_of)["amount"].sum()
    assert best.to_dict() == pytest.approx(by_product[best.index].to_dict())
    orders = sold.groupby("InvoiceNo")["InvoiceDate"].min()
    held = np.zeros((7, 24), dtype=int)
    np.add.at(held, (orders.dt.day_of_week.to_numpy(), orders.dt.hour.to_numpy()), 1)
    assert (week.orders == held).all()
    assert changed is not None
    assert changed.now - changed.before == pytest.approx(
        sold["amount"].sum() - before["amount"].sum()
    )
    assert sum(revenue_course(filters, state).values["revenue"]) == pytest.approx(fees.now)
    assert channels(filters, state).total == pytest.approx(fees.now)
    active = customers_course(filters, state).values["active"]
    months = sold.groupby(sold["InvoiceDate"].dt.to_period("W-SUN"))["CustomerID"].nunique()
    assert sum(active) == months.sum()


def test_what_a_segment_leaves_out_is_told(
    often: tuple[Filters, pd.Series], state: DataState, clean: pd.DataFrame
) -> None:
    """Lines used, and the way from the file, are of the segment's customers."""
    filters, ids = often
    mine = of_period(clean[clean["CustomerID"].isin(ids)], filters)

    way = reconciliation(filters, state)
    used = lines_used(way.slice)

    assert (used.sales, used.unknown_sales) == (len(mine), 0)
    assert way.lines_used == len(mine)
    assert way.revenue == pytest.approx(mine["amount"].sum())
    assert way.customers == mine["CustomerID"].nunique()
    assert way.orders == mine["InvoiceNo"].nunique() <= way.invoices


def test_a_named_segment_has_the_published_size(online_retail: Warehouse, state: DataState) -> None:
    """The ten named segments are those of the RFM view: 604 champions, 1,325 hibernating."""
    found = {word: chosen_segment(f"rfm-{word}").customers for word in SEGMENTS}

    assert found["champions"] == 604
    assert found["hibernating"] == 1325
    assert sum(found.values()) == 4338


def test_what_can_be_chosen(shop: Warehouse) -> None:
    """Saved segments by name, then the ten of RFM, best first; none of the archive."""
    late, early = (kept(shop, "frequency", "at_least", 2, name) for name in ("Zoe's", "all"))
    gone = kept(shop, "frequency", "at_least", 3, "Gone")
    archive(shop, SEGMENT, gone.id, made_from=gone.version, author=ANNA)

    choices = segment_choices()

    assert [one.word for one in choices[:2]] == [early.id, late.id]
    assert [one.name for one in choices[2:]] == list(SEGMENTS.values())
    for word in (gone.id, "rfm-nobody", "0123456789abcdef"):
        with pytest.raises(UnknownThing):
            chosen_segment(word)


def test_a_rule_that_cannot_be_used_is_told(shop: Warehouse) -> None:
    """A segment made of one that is gone keeps nobody: it says so instead."""
    made = kept(shop, "saved_segment", "in_segment", ["feedfeedfeedfeed"], "Orphan")

    with pytest.raises(InvalidThing, match="“Orphan” cannot be used"):
        chosen_segment(made.id)


def test_where_no_order_names_its_customer_nobody_is_a_champion(empty_warehouse: Warehouse) -> None:
    """Which is told, instead of advice that would not help."""
    fill(empty_warehouse, [Line("1", "2025-05-01T10:00:00", "10")])

    with pytest.raises(InvalidThing, match="“Champions” has no members: no order here names"):
        chosen_segment("rfm-champions")


def test_a_set_serves_until_the_rule_or_the_data_change(shop: Warehouse) -> None:
    """One set for every question, process and restart; another for another rule or load."""
    made = kept(shop, "frequency", "at_least", 2, "Often")
    first = chosen_segment(made.id)
    forget_segments()
    cache.clear()
    again = chosen_segment(made.id)
    rule = {"mode": "all", "parts": [{"field": "frequency", "operator": "equals", "value": 1}]}
    save(shop, SEGMENT, made.id, made_from=1, author=ANNA, body=segment_body(parse(rule)))
    forget_segments()
    other = chosen_segment(made.id)
    shop.command("TRUNCATE TABLE customer_totals")
    for table in ("orders", "daily_sales", "product_days"):
        shop.command(f"TRUNCATE TABLE {table}")
    fill(shop, [Line("n1", "2024-06-01T00:00:00", "5", customer="new")])
    cache.clear()
    loaded = chosen_segment(made.id)

    assert again == first
    assert other.set_id != first.set_id
    assert other.customers != first.customers
    assert loaded.set_id != other.set_id
    keys = shop.rows(
        "SELECT customer_key FROM segment_members WHERE set_id = {set:UInt64}",
        {"set": loaded.set_id},
    )
    assert (key("new"),) in keys


def test_a_set_is_found_without_the_quintiles_it_was_judged_by(
    shop: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They follow from the data, and looking for them takes longer than all else of a question."""
    first = chosen_segment("rfm-champions")
    forget_segments()
    cache.clear()
    monkeypatch.setattr(segment_filter, "cuts_at", lambda *_: pytest.fail("looked for them"))

    assert chosen_segment("rfm-champions") == first
