"""Compiled rules find whom the same rules find in plain pandas, and can say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.models.rfm import SEGMENTS
from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.stream import csv_of_members
from clickhouse_schema.queries.segment_members import (
    COLUMNS,
    MemberFilter,
    Page,
    member_page,
    members_of,
    reasons,
)
from clickhouse_schema.queries.segments import (
    find_customers,
    segment_changes,
    segment_masks,
    segment_overlap,
    segment_size,
)
from clickhouse_schema.rules import compile as compile_rules
from clickhouse_schema.rules.compile import Judgement, Logic
from clickhouse_schema.rules.tree import EVERYBODY, Group, expand, parse
from clickhouse_schema.rules.vocabulary import NAMED_SEGMENTS
from clickhouse_schema.scoring import Scope
from tests.clickhouse_schema.rules.conftest import judged
from tests.clickhouse_schema.rules.plain import CELLS, Plain
from tests.clickhouse_schema.rules.trees import trees

SAVED = {
    "often": parse(
        {"mode": "all", "parts": [{"field": "frequency", "operator": "at_least", "value": 3}]}
    ),
    "often_web": parse(
        {
            "mode": "any",
            "parts": [
                {"field": "saved_segment", "operator": "in_segment", "value": ["often"]},
                {"field": "channel", "operator": "is_any_of", "value": ["Web"], "role": "first"},
            ],
        }
    ),
}
SCOPES = (
    Scope(),
    Scope(),
    Scope(countries=("Germany", "France")),
    Scope(channels=("Web",), net_of_returns=True),
    Scope(categories=("Kitchen & Dining", "Clothing")),
)
RECENT = parse(
    {
        "mode": "all",
        "parts": [
            {"field": "recency", "operator": "at_most", "value": 200},
            {"field": "frequency", "operator": "at_least", "value": 2},
        ],
    }
)
SLOW = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _ids(warehouse: Warehouse, tree: Group, judgement: Judgement) -> set[str]:
    members = members_of(tree, judgement)
    with csv_of_members(warehouse, members, ["customer_id"]) as blocks:
        listed = [line.strip('"') for block in blocks for line in block]
    assert len(listed) == len(set(listed))
    return set(listed)


@pytest.fixture(scope="module")
def shops(retailer: Warehouse, lines: pd.DataFrame) -> list[tuple[Judgement, Plain]]:
    """The retailer through each of `SCOPES`, today and half a year ago."""
    found = [judged(retailer, lines, scope) for scope in SCOPES]
    early = Judgement(Scope(), datetime(2025, 6, 1), found[0][0].cuts, CELLS)
    plain = Plain(lines, early.snapshot, early.scope)
    # Scores of the earlier moment are cut where the engine is told to.
    for score, measure in (("r", "recency"), ("f", "frequency"), ("m", "monetary")):
        cuts = np.round(getattr(early.cuts, measure), 6)
        above = (plain.people[measure].to_numpy()[:, None] > cuts[None]).sum(axis=1)
        plain.people[f"{score}_score"] = 5 - above if score == "r" else 1 + above
    return [*found, (early, plain)]


def test_random_rules(
    retailer: Warehouse, lines: pd.DataFrame, shops: list[tuple[Judgement, Plain]]
) -> None:
    """For any tree the engine's members are those of pandas, under any filters."""

    @SLOW
    @given(tree=trees(lines, tuple(SAVED)), shop=st.sampled_from(range(len(shops))))
    def _same(tree: dict[str, Any], shop: int) -> None:
        judgement, plain = shops[shop]
        rules = parse(tree)

        found = _ids(retailer, expand(rules, SAVED), judgement)

        assert found == plain.members(rules, SAVED)

    _same()


def test_why_agrees(
    retailer: Warehouse, lines: pd.DataFrame, shops: list[tuple[Judgement, Plain]]
) -> None:
    """Over 1,000 pairs of a tree and a customer, "why" says in exactly of members."""
    judgement, plain = shops[0]
    keys = dict(retailer.rows("SELECT customer_id, customer_key FROM customers"))
    everyone = sorted(keys)
    pairs = 0

    @settings(SLOW, max_examples=100)
    @given(tree=trees(lines, tuple(SAVED)), seed=st.integers(0, 10**6))
    def _agrees(tree: dict[str, Any], seed: int) -> None:
        nonlocal pairs
        rules = expand(parse(tree), SAVED)
        members = plain.members(rules, SAVED)
        for customer in np.random.default_rng(seed).choice(everyone, 10, replace=False):
            found = reasons(retailer, rules, judgement, keys[customer])
            pairs += 1

            assert found.member == (customer in members)
            if found.known:
                # One that is asked for here and must not be there is told twice.
                told = dict.fromkeys(one.condition for one in found.findings)
                assert tuple(told) == Logic.of(rules).conditions
                for one in found.findings:
                    held = plain.holds(one.condition, SAVED)
                    assert one.holds == bool(held[customer])

    _agrees()
    assert pairs >= 1000


def test_counts_add_up(
    retailer: Warehouse, lines: pd.DataFrame, shops: list[tuple[Judgement, Plain]]
) -> None:
    """Masks hold every customer once; bit n says whether condition n is true."""
    judgement, plain = shops[0]

    @settings(SLOW, max_examples=40)
    @given(tree=trees(lines))
    def _adds_up(tree: dict[str, Any]) -> None:
        logic = Logic.of(parse(tree))
        frame = segment_masks(retailer, logic, judgement, [0.5] * 25)

        assert frame["customers"].sum() == len(plain.people)
        assert frame["at_risk"].sum() == pytest.approx(frame["year_revenue"].sum() / 2)
        for place, one in enumerate(logic.conditions):
            true = (frame["mask"].to_numpy() >> np.uint64(place)) & np.uint64(1) == 1
            assert frame.loc[true, "customers"].sum() == plain.holds(one, {}).sum()

    _adds_up()


def test_money_of_everybody(retailer: Warehouse, shops: list[tuple[Judgement, Plain]]) -> None:
    """Without a condition one row holds everybody, their orders and their money."""
    judgement, plain = shops[0]
    row = segment_masks(retailer, Logic.of(EVERYBODY), judgement).iloc[0]
    year = plain.orders[plain.orders["at"] >= judgement.snapshot - pd.DateOffset(months=12)]

    assert row["customers"] == len(plain.people)
    assert row["orders"] == plain.people["frequency"].sum()
    assert row["revenue"] == pytest.approx(plain.people["net"].sum())
    assert row["year_revenue"] == pytest.approx(year["net"].sum())
    assert np.isnan(row["at_risk"])


def test_pages(retailer: Warehouse, shops: list[tuple[Judgement, Plain]]) -> None:
    """Pages follow each other without gap or overlap, in the order asked for."""
    judgement, plain = shops[0]
    pages = [member_page(retailer, RECENT, judgement, Page(start, 30)) for start in (0, 30, 60)]
    frame = pd.concat([page for page, _ in pages])
    expected = plain.people.loc[sorted(plain.members(RECENT, {}))]

    assert {count for _, count in pages} == {len(expected)}
    assert frame["customer_id"].is_unique
    assert frame["monetary"].is_monotonic_decreasing
    own = expected.loc[frame["customer_id"]]
    assert frame["recency"].tolist() == own["recency"].tolist()
    assert frame["frequency"].tolist() == own["frequency"].tolist()
    assert frame["monetary"].tolist() == pytest.approx(own["net"].tolist())
    assert [day.date() for day in frame["last_order"]] == own["last_order"].tolist()
    last = plain.real.sort_values("at").groupby("customer").last()
    assert frame["country"].tolist() == last.loc[frame["customer_id"], "country"].tolist()


@pytest.mark.parametrize("sort", list(COLUMNS))
@pytest.mark.parametrize("descending", [True, False])
def test_every_column_sorts(
    retailer: Warehouse, shops: list[tuple[Judgement, Plain]], sort: str, descending: bool
) -> None:
    """Each column orders the whole segment, not the page."""
    page = Page(0, 50, sort, descending)
    frame, _ = member_page(retailer, EVERYBODY, shops[0][0], page)

    values = frame[sort].tolist()
    assert values == sorted(values, reverse=descending)
    assert list(frame) == list(COLUMNS)


@pytest.mark.parametrize(
    "narrowed",
    [
        MemberFilter("country", "equals", "Germany"),
        MemberFilter("customer_id", "contains", "10"),
        MemberFilter("customer_id", "starts_with", "1003"),
        MemberFilter("frequency", "at_least", 4),
        MemberFilter("monetary", "at_most", "99.5"),
        MemberFilter("last_order", "on_or_after", "2025-06-01"),
        MemberFilter("last_order", "before", date(2025, 6, 1)),
        MemberFilter("channel", "contains", "x' OR 1=1"),
    ],
)
def test_columns_narrow(
    retailer: Warehouse, shops: list[tuple[Judgement, Plain]], narrowed: MemberFilter
) -> None:
    """A filter keeps exactly the rows it describes, over the whole segment."""
    judgement = shops[0][0]
    everybody, _ = member_page(retailer, EVERYBODY, judgement, Page(rows=500))
    kept, count = member_page(retailer, EVERYBODY, judgement, Page(rows=500, filters=(narrowed,)))
    column, value = everybody[narrowed.column], narrowed.value
    if isinstance(value, date):
        value = pd.Timestamp(value)
    expected = everybody[
        {
            "contains": lambda: column.str.contains(str(value), regex=False),
            "starts_with": lambda: column.str.startswith(str(value)),
            "equals": lambda: column == value,
            "at_least": lambda: column >= value,
            "at_most": lambda: column <= value,
            "on_or_after": lambda: column >= value,
            "before": lambda: column < value,
        }[narrowed.operator]()
    ]

    assert count == len(expected)
    assert kept["customer_id"].tolist() == expected["customer_id"].tolist()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Page(sort="1; DROP TABLE"), "no column"),
        (lambda: Page(rows=501), "1 to 500 rows"),
        (lambda: Page(start=-1), "1 to 500 rows"),
        (lambda: MemberFilter("revenue)", "equals", 1), "no column"),
        (lambda: MemberFilter("monetary", "contains", 1), "cannot be narrowed"),
        (lambda: MemberFilter("monetary", "equals", "a lot"), "could not convert"),
        (lambda: MemberFilter("last_order", "before", "soon"), "Invalid isoformat"),
    ],
)
def test_a_grid_cannot_ask_for_more(make: Any, message: str) -> None:
    """Columns, operators and sizes come from fixed lists."""
    with pytest.raises(ValueError, match=message):
        make()


def test_overlap(retailer: Warehouse, shops: list[tuple[Judgement, Plain]]) -> None:
    """Of two segments: in neither, in one, in the other, in both."""
    judgement, plain = shops[0]
    trees_ = [RECENT, SAVED["often"]]
    frame = segment_overlap(retailer, trees_, judgement).set_index("mask")
    first, second = (plain.members(tree, SAVED) for tree in trees_)

    counts = frame["customers"].to_dict()
    assert counts.get(1, 0) == len(first - second)
    assert counts.get(2, 0) == len(second - first)
    assert counts.get(3, 0) == len(first & second)
    assert sum(counts.values()) == len(plain.people)


def test_joiners_and_leavers(
    retailer: Warehouse, lines: pd.DataFrame, shops: list[tuple[Judgement, Plain]]
) -> None:
    """Who was in at one moment and who is at another, as two evaluations say."""
    now, plain = shops[0]
    then = Judgement(now.scope, now.snapshot - timedelta(days=120), now.cuts, CELLS)
    old = Plain(lines, then.snapshot, then.scope).members(RECENT, {})
    new = plain.members(RECENT, {})

    frame = segment_changes(retailer, RECENT, then, now)
    counts = {(row.before, row.now): row.customers for row in frame.itertuples()}

    assert counts == {
        (False, True): len(new - old), (True, False): len(old - new), (True, True): len(old & new),
    }  # fmt: skip
    assert segment_size(retailer, RECENT, then)[0] == len(old)


def test_a_customer_nobody_knows(retailer: Warehouse, shops: list[tuple[Judgement, Plain]]) -> None:
    """A key without an order is not known, and in nothing."""
    found = reasons(retailer, EVERYBODY, shops[0][0], 12345)

    assert (found.known, found.member, found.findings) == (False, False, ())


def test_actual_values(retailer: Warehouse, shops: list[tuple[Judgement, Plain]]) -> None:
    """Each finding shows the customer's own value."""
    judgement, plain = shops[0]
    customer = plain.people["frequency"].idxmax()
    key = int(find_customers(retailer, customer)["customer_key"].iloc[0])
    own = plain.people.loc[customer]
    bought = plain.sales[plain.sales["customer"] == customer]
    category = bought["category"].iloc[0]
    tree = parse(
        {
            "mode": "any",
            "parts": [
                {"field": "monetary", "operator": "at_least", "value": 1},
                {"field": "first_order", "operator": "before", "value": "2024-01-01"},
                {"field": "category", "operator": "bought", "value": [category, "nothing"]},
                {"field": "country", "operator": "is_any_of", "value": ["Nowhere"]},
                {"field": "rfm_segment", "operator": "is_any_of", "value": ["champions"]},
            ],
        }
    )
    money, first, bought_names, countries, segment = reasons(
        retailer, tree, judgement, key
    ).findings

    assert money.value == pytest.approx(own["net"])
    assert first.value == own["first_order"]
    assert bought_names.value == (category,)
    orders = plain.real[plain.real["customer"] == customer]
    assert set(countries.value) == set(orders["country"])
    assert not countries.holds
    assert segment.value == ("champions",)


def test_find_customers(retailer: Warehouse) -> None:
    """Ids that begin with what was typed, and nothing by a pattern."""
    found = find_customers(retailer, "1001")["customer_id"].tolist()

    assert found == sorted(found)
    assert all(one.startswith("1001") for one in found)
    assert find_customers(retailer, "%").empty


def test_one_list_of_named_segments() -> None:
    """The vocabulary and the model name the same ten segments in the same order."""
    assert list(SEGMENTS.items()) == list(NAMED_SEGMENTS.items())


@pytest.mark.parametrize("days_ago", [0, 150])
def test_histories_and_orders_say_the_same(
    retailer: Warehouse, lines: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, days_ago: int
) -> None:
    """What kept histories can answer is read from them, and is what the orders add up to."""
    now, _ = judged(retailer, lines, Scope())
    then = replace(now, snapshot=now.snapshot - timedelta(days=days_ago))
    fields = {
        "recency": 90, "frequency": 2, "monetary": 100, "average_order_value": 50, "tenure": 200,
        "orders_in": 1, "spend_in": 60, "mean_gap": 40, "m_score": 3, "r_score": 3,
    }  # fmt: skip
    parts: list[dict[str, Any]] = [
        {"field": field, "operator": "at_least", "value": value}
        | ({"window": 180} if field.endswith("_in") else {})
        for field, value in fields.items()
    ]
    logic = Logic.of(parse({"mode": "all", "parts": parts}))
    read: list[pd.DataFrame] = []
    for one_batch in (compile_rules._ONE_BATCH, "(SELECT 0)"):
        monkeypatch.setattr(compile_rules, "_ONE_BATCH", one_batch)
        read.append(segment_masks(retailer, logic, then, [0.5] * 25))
    returned = parse({"mode": "all", "parts": [{**parts[0], "field": "return_rate", "value": 0.1}]})

    pd.testing.assert_frame_equal(*read)
    assert len(read[0]) > 5
    assert "FROM customer_totals" in members_of(RECENT, then).text
    assert "history" not in members_of(returned, then).text
