"""Movement, Pareto, categories, stages, watch list: sums that must agree, reasons by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.errors import NotEnoughData
from analytics.models.abc_xyz import CELLS
from analytics.reports.products import Options, catalogue, classified
from analytics.reports.products_changes import NOT_SOLD, categories, movement, named, pareto
from analytics.reports.products_life import class_history, life_cycle, stage_table
from analytics.reports.products_one import course, find_product, partners
from analytics.reports.products_watch import REASONS, watch_list
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import data_state
from tests.filling import Line, fill

AUTUMN = Filters(date(2011, 9, 1), date(2011, 12, 1))


@pytest.fixture
def autumn(online_retail, state):
    """The published shop's autumn, with the summer before it."""
    return classified(AUTUMN, Options(step="week"), state)


def test_movement_has_every_product_of_both_periods(autumn):
    """Flows add up to the products and the revenue of either side."""
    found = movement(autumn)
    flows = found.flows()

    for side, held in (("now", autumn), ("before", found.before)):
        inside = flows[flows[side] != NOT_SOLD]
        assert inside["products"].sum() == len(held.products)
        assert inside[f"revenue_{side}"].sum() == pytest.approx(held.products["revenue"].sum())
        cells = inside.groupby(side)["products"].sum()
        assert cells.to_dict() == {
            CELLS[place]: many for place, many in held.products["cell"].value_counts().items()
        }
    assert not ((flows["before"] == NOT_SOLD) & (flows["now"] == NOT_SOLD)).any()


def test_newcomers_and_leavers_of_a_explain_its_change(autumn):
    """A now = A before + newcomers - leavers, each the largest change first."""
    found = movement(autumn)
    joined, left = found.of_a(joined=True), found.of_a(joined=False)

    def in_a(held):
        return (held.products["cell"] < 3).sum()

    assert in_a(autumn) == in_a(found.before) + len(joined) - len(left)
    assert joined["change"].is_monotonic_decreasing and left["change"].is_monotonic_increasing
    assert named(joined)["product_id"].is_unique


def test_without_a_comparison_there_is_no_movement(online_retail, state):
    """Both reasons are told: not asked for, and no data before."""
    for filters, words in (
        (replace(AUTUMN, compare="none"), "No comparison was asked for"),
        (Filters(date(2010, 12, 1), date(2011, 12, 1)), "before the first loaded day"),
    ):
        with pytest.raises(NotEnoughData, match=words):
            movement(classified(filters, Options(), state))


def test_the_pareto_curve_rises_to_all_and_bends_down(autumn):
    """From nothing to everything, concave, through the cuts of A and B."""
    curve = pareto(autumn)
    slopes = np.diff(curve["value"]) / np.diff(curve["products"])
    share = autumn.products["share_revenue"]

    assert curve.iloc[0].tolist() == [0, 0] and curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert (np.diff(slopes) <= 1e-6).all()
    at_a = curve.loc[np.isclose(curve["products"], (share < 80).mean()), "value"].iloc[0]
    assert 0.80 <= at_a < 0.81


def test_categories_add_up(autumn):
    """Products, revenue and classes of all categories are those of the slice."""
    table = categories(autumn)

    assert table["products"].sum() == len(autumn.products)
    assert table["revenue"].sum() == pytest.approx(autumn.products["revenue"].sum())
    assert (table[["A", "B", "C", "new"]].sum(axis=1) - table["revenue"]).abs().max() < 0.01


def test_stages_are_a_partition(autumn, state):
    """Every product is in one stage; shares are all."""
    table = stage_table(autumn, life_cycle(autumn, state))

    assert table["products"].sum() == len(autumn.products)
    assert table[["products_share", "revenue_share"]].sum().tolist() == pytest.approx([1, 1])


def test_the_newest_class_of_the_history_is_the_matrix_of_its_window(online_retail, state):
    """Twelve whole months: the last entry is what the matrix says of the same months."""
    found = classified(Filters(date(2010, 12, 1), date(2011, 12, 1)), Options(), state)
    for row in found.products.iloc[::400].itertuples():
        history = class_history(found, state, row.place)

        assert history["cell"].iloc[-1] == CELLS[row.cell]
        assert history["share"].iloc[-1] == row.share_revenue


def test_a_product_that_is_nowhere_has_no_history(autumn, state):
    """A fee has no class."""
    fee = int(np.flatnonzero(~catalogue().frame["is_product"])[0])

    assert class_history(autumn, state, fee).empty


def sold(product, month, quantity, price="10", day=5, kind="sale", order="o"):
    """Return a line of one product in a month of 2023 or 2024."""
    year, number = divmod(month, 12)
    at = f"{2023 + year}-{number + 1:02}-{day:02}T10:00"
    return Line(f"{order}{product}{month}{day}{kind}", at, price, product=product, kind=kind,
                quantity=str(quantity))  # fmt: skip


def shop():
    """One product steady, falling, dead, growing, bursting or coming back each."""
    lines = []
    for month in range(24):
        lines += [sold("hero", month, 1000), sold("back", month, 100), sold("tiny", month, 1)]
        lines.append(sold("falls", month, 1000 - 35 * month))
        lines.append(sold("grows", month, 1 + month))
        if month < 18:
            lines.append(sold("dead", month, 3))
        lines.append(sold("burst", month, 5000 if month in (13, 19) else 1))
    for month in (22, 23):
        lines.append(sold("back", month, -40, day=20, kind="return"))
    lines.append(sold("hero", 23, 1, day=28))
    return lines


@pytest.fixture
def watched(empty_warehouse):
    """That shop's last twelve months, and what stands out."""
    fill(empty_warehouse, shop())
    state = data_state(empty_warehouse)
    found = classified(Filters(date(2024, 1, 1), date(2025, 1, 1)), Options(), state)
    listed = watch_list(found, state)
    names = named(listed)
    return {reason: names[names["reason"] == reason].set_index("product_id") for reason in REASONS}


def test_each_reason_finds_its_product_and_no_other(watched):
    """What was made to stand out does, for that reason alone."""
    found = {reason: set(rows.index) for reason, rows in watched.items()}

    assert found == {
        "erratic": {"burst"}, "falling": {"falls"}, "growing": {"grows"}, "dead": {"dead"},
        "loss": set(), "returns": {"back"},
    }  # fmt: skip


def test_what_is_at_stake_is_counted(watched):
    """Revenue of the burst, whole months of the dead, returns beyond the usual."""
    assert watched["erratic"].loc["burst", "amount"] == pytest.approx((2 * 5000 + 10) * 10)
    assert watched["dead"].loc["dead", "amount"] == pytest.approx(17 * 3 * 10)  # no January
    assert watched["dead"].loc["dead", "fact"] > 180
    assert watched["falling"].loc["falls", "fact"] < -0.3
    assert 600 < watched["returns"].loc["back", "amount"] < 800


def test_a_loss_is_listed_with_its_amount(empty_warehouse):
    """Sold below cost: the loss, and the margin rate behind it."""
    lines = [sold("cheap", month, 10) for month in range(12)] + [sold("hero", 11, 1, day=30)]
    fill(empty_warehouse, lines)
    empty_warehouse.command(
        "ALTER TABLE product_days UPDATE cost_amount = 120 WHERE units = 10"
        " SETTINGS mutations_sync = 1"
    )
    state = data_state(empty_warehouse)
    found = classified(Filters(date(2023, 1, 1), date(2024, 1, 1)), Options(), state)
    listed = named(watch_list(found, state))
    row = listed[listed["reason"] == "loss"].iloc[0]

    assert row["product_id"] == "cheap"
    assert (row["amount"], row["fact"]) == (pytest.approx(240), pytest.approx(-0.2))


def test_a_product_is_found_by_id_or_by_its_words(autumn):
    """The exact id wins, whatever its case; words find the best seller with them."""
    assert find_product(autumn, "85123A").product_id == "85123A"
    assert find_product(autumn, "85123a").product_id == "85123a"
    assert find_product(autumn, " post ").product_id == "POST"
    best = autumn.products.loc[autumn.products["revenue"].idxmax(), "place"]
    assert find_product(autumn, "").place == best
    assert "BUNTING" in find_product(autumn, "bunting").description
    with pytest.raises(NotEnoughData, match="No product is called"):
        find_product(autumn, "no such thing")


def test_partners_are_beyond_chance_and_surest_first(autumn):
    """Every listed lift is above one at its lower bound; the rates are of its own orders."""
    rows = partners(autumn, find_product(autumn, "22386"))

    assert len(rows) > 10
    assert (rows["sure"] > 1).all() and rows["sure"].is_monotonic_decreasing
    assert (rows["together"] >= 3).all() and rows["rate"].between(0, 1).all()


def test_a_course_has_every_period(autumn):
    """Periods without a sale are there with zeros and no price."""
    found = find_product(autumn, "22386")
    rows = course(autumn, found)

    assert len(rows) == autumn.periods.count
    assert rows["revenue"].sum() <= found.row["revenue"]
    assert rows.loc[rows["units"] == 0, "price"].isna().all()
