"""The builder: counts, waterfalls, overlaps, growth and spreads of segments by rules."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from flask import current_app

from analytics.errors import NotEnoughData
from analytics.models.rfm import DEFAULT_MAP
from analytics.reports.segments import Basis, judgement, paths, preview, without
from analytics.reports.segments_fields import (
    bin_edges,
    products_like,
    spread,
    template_counts,
    templates,
)
from analytics.reports.segments_members import (
    customers_like,
    growth,
    joiners_leavers,
    members,
    month_ends,
    overlap,
    selection,
    why,
)
from analytics.reports.segments_rfm import RfmOptions, rfm_segments
from clickhouse_schema.asking import Asking, asking
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import QueryCancelled
from clickhouse_schema.filters import Filters
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.queries.loads import data_state
from clickhouse_schema.queries.segment_members import Page
from clickhouse_schema.recording import recording
from clickhouse_schema.rules.tree import EVERYBODY, Group, parse
from clickhouse_schema.rules.vocabulary import FIELDS
from clickhouse_schema.scoring import Scope
from tests.clickhouse_schema.rules.plain import Plain, lines_of
from tests.conftest import empty


@pytest.fixture(scope="module")
def basis(warehouse: Warehouse) -> Iterator[Basis]:
    """A sample retailer, asked as it is today."""
    empty(warehouse)
    load_sample(warehouse, SampleSpec(customers=500, lines=5000, products=120))
    data = data_state(warehouse)
    yield Basis(Filters(date(2025, 1, 1), date(2025, 12, 1)), RfmOptions(), data)
    empty(warehouse)


@pytest.fixture(scope="module")
def shop(basis: Basis, warehouse: Warehouse) -> Plain:
    """The same shop in pandas."""
    return Plain(lines_of(warehouse), basis.data.newest_at + timedelta(hours=24), Scope())


OFTEN = {"field": "frequency", "operator": "at_least", "value": 3}
RECENT = {"field": "recency", "operator": "at_most", "value": 120}
WEB = {"field": "channel", "operator": "is_any_of", "value": ["Web"], "role": "favourite"}
SAVED = {"s1": parse({"mode": "any", "parts": [OFTEN, WEB]})}


def _tree(*parts: dict[str, Any], mode: str = "all", negated: bool = False) -> Group:
    return parse({"mode": mode, "parts": list(parts), "negated": negated})


def test_a_preview_in_figures(basis: Basis, shop: Plain) -> None:
    """Members, their money and each condition's part are those of pandas."""
    tree = _tree(OFTEN, RECENT, {"mode": "any", "parts": [WEB]})
    found = preview(tree, {}, basis)
    ids = sorted(shop.members(tree, {}))
    year = shop.orders[shop.orders["at"] >= shop.snapshot - pd.DateOffset(months=12)]

    assert (found.customers, found.base) == (len(ids), len(shop.people))
    assert found.orders == shop.people.loc[ids, "frequency"].sum()
    assert found.revenue == pytest.approx(shop.people.loc[ids, "net"].sum())
    assert found.average_order_value == pytest.approx(found.revenue / found.orders)
    assert found.year_revenue == pytest.approx(year.loc[year["customer"].isin(ids), "net"].sum())
    assert found.at_risk is not None
    assert 0 < found.at_risk < found.year_revenue
    assert [one.path for one in found.kept] == [(0,), (1,), (2, 0)]
    assert [one.alone for one in found.kept] == [
        len(shop.members(_tree(part), {})) for part in (OFTEN, RECENT, WEB)
    ]
    assert [one.without for one in found.kept] == [
        len(shop.members(_tree(*parts), {}))
        for parts in ((RECENT, WEB), (OFTEN, WEB), (OFTEN, RECENT))
    ]
    steps = [len(shop.members(_tree(*parts), {})) for parts in ((OFTEN,), (OFTEN, RECENT))]
    assert found.steps == (*steps, len(ids))


def test_rearranging_asks_nothing_new(basis: Basis) -> None:
    """One statement counts; the same conditions joined otherwise need none."""
    with recording() as first:
        preview(_tree(OFTEN, RECENT), {}, basis)
    with recording() as second:
        found = preview(_tree(OFTEN, RECENT, mode="any"), {}, basis)

    assert [one.name for one in first].count("segment_masks") == 1
    assert set(second) <= set(first)
    assert found.kept[0].without < found.customers


def test_everybody_and_nobody(basis: Basis, shop: Plain) -> None:
    """Without a rule everybody is in; a denied everybody is nobody."""
    everybody = preview(EVERYBODY, {}, basis)
    nobody = preview(Group("all", (), negated=True), {}, basis)

    assert (everybody.customers, everybody.share) == (len(shop.people), 1)
    assert (nobody.customers, nobody.share, nobody.average_order_value) == (0, 0, None)


def test_saved_segments_count(basis: Basis, shop: Plain) -> None:
    """A reference counts as one condition, by its tree."""
    reference = {"field": "saved_segment", "operator": "not_in_segment", "value": ["s1"]}
    tree = _tree(reference, RECENT)
    found = preview(tree, SAVED, basis)

    assert found.customers == len(shop.members(tree, SAVED))
    assert found.kept[0].alone == len(shop.members(_tree(reference), SAVED))
    assert found.kept[1].without == found.kept[0].alone


def test_named_segments_are_the_tables(basis: Basis) -> None:
    """A rule on a named segment finds as many as the table of segments has."""
    table = rfm_segments(basis.filters, basis.options, DEFAULT_MAP, basis.data).table
    for word, customers in zip(table["segment"], table["customers"], strict=True):
        tree = _tree({"field": "rfm_segment", "operator": "is_any_of", "value": [word]})
        assert preview(tree, {}, basis).customers == customers


def test_risk_adds_up(basis: Basis) -> None:
    """What is at risk of everybody is the sum of the table of segments."""
    table = rfm_segments(basis.filters, basis.options, DEFAULT_MAP, basis.data).table

    assert preview(EVERYBODY, {}, basis).at_risk == pytest.approx(table["revenue_at_risk"].sum())


def test_without_a_part() -> None:
    """Taking the only condition of a group takes the group."""
    tree = _tree(OFTEN, {"mode": "any", "parts": [RECENT]})
    places = dict(paths(tree))

    assert list(places) == [(0,), (1, 0)]
    assert without(tree, (1, 0)) == _tree(OFTEN)
    assert without(_tree(OFTEN, negated=True), (0,)) == EVERYBODY


def test_members_and_selection(basis: Basis, shop: Plain, warehouse: Warehouse) -> None:
    """The table, the selection to export and the preview agree on how many."""
    tree = _tree(OFTEN, RECENT)
    ids = shop.members(tree, {})
    frame, count = members(tree, {}, basis, Page(rows=500))

    assert set(frame["customer_id"]) == ids
    assert count == len(ids) == count_members(warehouse, selection(tree, {}, basis, "Mine"))


def test_why(basis: Basis, shop: Plain) -> None:
    """A member's every condition passes; an id nobody has is told apart."""
    tree = _tree(OFTEN, RECENT)
    customer = min(shop.members(tree, {}))
    found = why(tree, {}, basis, customer)

    assert found is not None
    assert found.member
    assert [one.passed for one in found.findings] == [True, True]
    assert why(tree, {}, basis, "nobody") is None
    assert customer in customers_like(customer[:5])


def test_overlap(basis: Basis, shop: Plain) -> None:
    """Three segments fall into seven parts."""
    trees = [_tree(OFTEN), _tree(RECENT), _tree(WEB)]
    sets = [shop.members(tree, {}) for tree in trees]
    parts = {one.inside: one.customers for one in overlap(trees, {}, basis)}

    assert len(parts) == 7
    assert parts[(0, 1, 2)] == len(sets[0] & sets[1] & sets[2])
    assert parts[(0,)] == len(sets[0] - sets[1] - sets[2])
    with pytest.raises(ValueError, match="2 to 3 segments"):
        overlap(trees[:1], {}, basis)


def test_growth(basis: Basis, shop: Plain) -> None:
    """Each month's end is judged by what was known then; the last is now."""
    heard: list[tuple[int, int]] = []
    tree = _tree(RECENT, {"field": "f_score", "operator": "at_least", "value": 4})
    sizes = growth(tree, {}, basis, lambda *told: heard.append(told))

    assert sizes[-1].customers == len(shop.members(tree, {}))
    assert len(sizes) == 27
    for size in sizes[1::6]:
        then = Plain(shop.lines, size.at, shop.scope)
        assert size.customers == len(then.members(tree, {}))
    assert heard[-1] == (27, 27)


def test_month_ends() -> None:
    """Months end where the next one begins; a snapshot on the first ends none of its own."""
    ends = list(month_ends(datetime(2024, 11, 15), datetime(2025, 2, 1)))

    assert ends == [datetime(2024, 12, 1), datetime(2025, 1, 1)]


def test_joiners_and_leavers(basis: Basis, shop: Plain) -> None:
    """Who stayed, joined and left since a day."""
    tree = _tree(RECENT)
    old = Plain(shop.lines, datetime(2025, 6, 1), shop.scope).members(tree, {})
    new = shop.members(tree, {})
    found = joiners_leavers(tree, {}, basis, date(2025, 6, 1))

    assert (found.stayed, found.joined, found.left) == (
        len(old & new), len(new - old), len(old - new),
    )  # fmt: skip
    with pytest.raises(NotEnoughData, match="after the first order"):
        joiners_leavers(tree, {}, basis, date(2020, 1, 1))


@pytest.mark.parametrize(
    "field",
    [word for word, one in FIELDS.items() if one.kind not in ("saved", "cluster", "listed")],
)
def test_every_field_has_a_spread(basis: Basis, shop: Plain, field: str) -> None:
    """Each field shows all customers who have it, over bins, months or names."""
    window = 90 if FIELDS[field].windowed == "always" else None
    found = spread(field, basis, window=window)
    kind = FIELDS[field].kind

    assert found.customers
    if kind == "number":
        assert len(found.edges) == len(found.customers) + 1 <= 40
    if kind in ("number", "date", "named"):
        assert sum(found.customers) + found.missing == len(shop.people)
    if kind == "choice":
        ever = shop.real.groupby(field)["customer"].nunique().sort_values(ascending=False)
        assert found.customers == tuple(ever)
    if field == "category":
        ever = shop.sales.groupby("category")["customer"].nunique()
        assert dict(zip(found.names, found.customers, strict=True)) == ever.to_dict()


def test_spreads_that_cannot_be(basis: Basis) -> None:
    """A window where none belongs, or the spread of a reference, is a mistake of ours."""
    with pytest.raises(ValueError, match="do not fit together"):
        spread("orders_in", basis)
    with pytest.raises(ValueError, match="has no spread"):
        spread("saved_segment", basis)


def test_bins_begin_at_round_numbers() -> None:
    """About thirty bins, whole where only whole numbers make sense."""
    assert bin_edges(1, 1, whole=True) == (1,)
    assert bin_edges(1, 12, whole=True) == tuple(range(1, 13))
    money = bin_edges(3.2, 1480, whole=False)
    assert money[:3] == (0, 50, 100)
    assert money[-1] >= 1480


def test_products_by_text(basis: Basis) -> None:
    """Products are found by id or description, whatever the case."""
    first = spread("product", basis)
    found = products_like(first.names[0].lower(), basis)

    assert found.names[0] == first.names[0]
    assert products_like("%", basis).names == ()


def test_templates(basis: Basis, shop: Plain) -> None:
    """Each template is a valid segment whose live count is that of its preview."""
    found = templates(["Web", "", "Store"])
    counts = template_counts(found, basis)

    assert [one.word for one in found[-2:]] == ["new_from_1", "new_from_2"]
    assert len({one.word for one in found}) == len(found)
    for one in found:
        assert counts[one.word] == len(shop.members(one.tree, {}))


def test_filters_narrow_the_base(basis: Basis) -> None:
    """With filters on, the base is who ordered within them."""
    narrow = replace(basis, filters=replace(basis.filters, countries=("Germany",)))

    assert 0 < preview(EVERYBODY, {}, narrow).base < preview(EVERYBODY, {}, basis).base
    nowhere = replace(basis, filters=replace(basis.filters, countries=("Nowhere",)))
    with pytest.raises(NotEnoughData, match="Widen the filters"):
        judgement(nowhere)


def test_a_newer_edit_ends_the_older_one(basis: Basis, warehouse: Warehouse) -> None:
    """Of ten edits in a row the older are dropped; only the last one answers for sure."""
    answered: list[int] = []
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def edit(number: int) -> None:
        tree = _tree(OFTEN, RECENT | {"value": number}, WEB)
        question = Asking("page", "segments-preview", number)
        with app.app_context(), asking(question), suppress(QueryCancelled):
            preview(tree, {}, basis)
            answered.append(number)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(edit, range(1, 11)))

    assert 10 in answered
    running = warehouse.rows(
        "SELECT count() FROM system.processes"
        " WHERE Settings['log_comment'] LIKE '%view=segments-preview%'"
    )
    assert running == [(0,)]
    late = Asking("page", "segments-preview", 3)
    with asking(late), pytest.raises(QueryCancelled):
        preview(_tree(OFTEN, RECENT | {"value": 777}), {}, basis)
