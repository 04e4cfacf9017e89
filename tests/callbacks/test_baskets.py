"""The Baskets tab's callbacks: whatever a browser sends, and what it is told."""

from __future__ import annotations

import pytest
from dash import no_update

from analytics.reports._cache import current_version
from analytics.reports._warehouse import warehouse
from analytics.reports.baskets import mine_and_keep
from analytics.reports.baskets_found import items_of
from analytics.reports.shell import shell_facts
from analytics.saved_segments import SEGMENT
from callbacks import _baskets_views as views
from callbacks import baskets_bundle
from callbacks._experiments_read import plan_of_link
from callbacks.baskets import draw_categories, draw_network, follow, list_rules, show
from callbacks.baskets_bundle import (
    offer_parts,
    plan_experiment,
    save_segment,
    show_companions,
    simulate_bundle,
)
from clickhouse_schema.made.reading import listed
from clickhouse_schema.made.things import Author
from layouts.figures.theme import THEMES
from tests.analytics.reports.test_baskets import MAY, shop_lines
from tests.filling import fill

GATE = {"filters": {"start": "2024-05-01", "end": "2024-06-01"}, "reader": "r", "number": 1}


@pytest.fixture
def run(empty_warehouse, answers):
    """What was found in a month of bread and butter."""
    fill(empty_warehouse, shop_lines())
    asked = views.question_of(MAY.filters, shell_facts(), "product", "0")
    return mine_and_keep(asked, current_version(), lambda *_: None)


def test_a_page_of_rules_is_read_with_care():
    """Sorting, narrowing and paging within bounds; anything else is refused or left out."""
    chosen = {"support": 0.1, "confidence": 0.2, "lift": 2}
    asked = {"startRow": 100, "endRow": 5000, "sortModel": [{"colId": "orders", "sort": "desc"}],
             "filterModel": {"left_text": {"filterType": "text", "filter": "bread"}}}  # fmt: skip
    page = views.read_rules(asked, chosen)

    assert (page.support, page.confidence, page.lift, page.text) == (0.1, 0.2, 2.0, "bread")
    assert (page.sort, page.descending, page.start, page.rows) == ("orders", True, 100, 200)
    assert views.read_rules({}, {"support": "x", "lift": float("nan")}).lift == 0
    for wrong in ({"startRow": "0"}, {"startRow": -1}, {"sortModel": [{"colId": "x); --"}]}):
        with pytest.raises(ValueError, match=r"whole|sorted"):
            views.read_rules(wrong, chosen)


def test_the_settings_of_a_page_are_those_there_are(run):
    """An item or a number of days nobody offers falls back to the usual."""
    asked = views.question_of(MAY.filters, shell_facts(), {"x": 1}, "365")

    assert (asked.item, asked.days) == ("product", 0)
    assert views.question_of(MAY.filters, shell_facts(), "category", "30").days == 30


def test_what_was_found_is_told_in_words(run):
    """How much was looked at, and what was left out only where something was."""
    said = views.state_words(run)

    assert said.startswith("166 orders with 7 products: 2 pairs are bought together beyond chance")
    assert "left out" not in said


def test_sliders_begin_where_enough_is_left(run):
    """Round steps from the smallest count of a pair on."""
    found = views.steps(run)

    assert found["orders"] == [5, 10, 20]
    assert found["lifts"][found["lift"]] >= 1
    assert found["baskets"] == 166


def test_the_grid_gets_its_rows(run):
    """Plain JSON, an id for each; a page without rules, or a forged one, gets none."""
    held = {"run": run.run_id}
    rows, said = list_rules({"startRow": 0, "endRow": 10}, held, {"lift": 1})

    assert rows["rowCount"] == 4
    assert rows["rowData"][0]["id"] == "1"
    assert rows["rowData"][0]["held"] == "Yes"
    assert rows["rowData"][0]["margin_gain"] is None
    assert said.startswith("4 rules")
    assert list_rules({"startRow": 0}, None, None)[0] == {"rowData": [], "rowCount": 0}
    assert "No rule fits" in list_rules({}, held, {"lift": 999})[1]


def test_charts_answer_for_the_run_of_their_filters(run):
    """A network and the categories; until a slice is mined they say that it is being."""
    network = draw_network(GATE, {"run": run.run_id}, {"lift": 1}, "product", "0")
    categories = draw_categories(GATE, None, "product", "0")
    colours = {trace["marker"]["color"] for trace in network["figure"]["data"][4:]}

    assert "belong together most surely" in network["answer"]
    assert network["table"]["rows"][0][3] in (40, 30)
    assert colours <= set(THEMES["light"]["tokens"])
    assert categories["trust"]["metric"] == "basket_categories"
    assert "being looked for" in draw_network(GATE, None, None, "product", "7")["empty"]
    assert "Lower" in draw_network(GATE, None, {"lift": 900}, "product", "0")["empty"]


def test_opening_a_rule(run):
    """The right side last; what is no rule is refused."""
    assert len(views.opened_rule(run, {"rowId": "1"})) == 2
    for wrong in (None, {"rowId": "99"}, {"rowId": "x"}, {"rowId": None}):
        with pytest.raises(ValueError, match="no rule"):
            views.opened_rule(run, wrong)
    with pytest.raises(ValueError, match="no such bundle"):
        views.opened_bundle(run, 17)


def test_a_bundle_in_words(run):
    """Without a cost the margin is said to be unknown; nonsense gets a sentence."""
    held = {"run": run.run_id}
    said, disabled, unplanned, who = simulate_bundle([0, 1], 10, 20, held)

    assert "Margin cannot be told" in str(said)
    assert (disabled, unplanned, "but never" in who) == (False, False, True)
    assert "Open a rule" in str(simulate_bundle([0], 10, 20, held)[0])
    assert "per cent" in str(simulate_bundle([0, 1], None, 20, held)[0])
    assert "between 0%" in str(simulate_bundle([0, 1], 99, 20, held)[0])
    assert "No rules have been found" in str(simulate_bundle([0, 1], 10, 20, None)[0])


def test_a_bundle_becomes_a_plan(run, monkeypatch):
    """Its discount, take-up and worth are the plan's; the segment is saved once, signed."""
    monkeypatch.setattr(baskets_bundle, "notify", lambda *_, **__: None)
    held = {"run": run.run_id}
    opened, _ = plan_experiment(1, [0, 1], 15, 20, held, "Anna")
    again, _ = plan_experiment(2, [0, 1], 15, 20, held, "Ben")
    plan = plan_of_link(opened["search"])
    items = items_of(run)
    order = items["revenue"].sum() / run.facts["baskets"]
    (segment,) = listed(warehouse(), SEGMENT)

    assert plan.segment == f"saved:{segment.id}"
    assert segment.author == "Anna"
    assert (plan.offer, plan.depth, plan.redeemed) == ("discount", 0.15, 0.2)
    assert plan.likely == pytest.approx(0.2 * items["value"].iloc[1] / order, abs=6e-4)
    assert plan.low < plan.likely < plan.high
    assert plan.basis.startswith("A bundle of Bread + Butter: 20.0% would add")
    assert again["search"] == opened["search"]
    assert plan_experiment(None, [0, 1], 15, 20, held, None)[0] is no_update
    assert "Choose 2" in plan_experiment(3, [0], 15, 20, held, None)[1]


def test_a_segment_is_signed_by_who_saves_it(run, monkeypatch):
    """The name entered, or nobody's in particular."""
    monkeypatch.setattr(baskets_bundle, "notify", lambda *_, **__: None)
    held = {"run": run.run_id}
    save_segment(1, [0, 1], held, "Anna")
    save_segment(1, [1, 0], held, None)

    assert {one.author for one in listed(warehouse(), SEGMENT)} == {"Anna", Author.of(None).name}


def test_a_product_in_words(run):
    """Its companions, or what to do."""
    held = {"run": run.run_id}

    assert "Goes with it" in str(show_companions(0, held))
    assert "Choose a product" in str(show_companions("x", held))
    assert [one["label"] for one in offer_parts("bre", [], held)] == ["Bread"]
    assert offer_parts("bre", [], {"run": "gone"}) == []


def test_a_page_that_lost_its_job_stops_asking():
    """What a reload or somebody else's hands left in the store."""
    assert follow(1, None)[4] is True
    assert follow(1, {"job": "x", "asked": {"filters": 3}})[4] is True


def test_nothing_is_shown_of_no_run():
    """A store that was forged changes nothing."""
    assert len(show({"run": "../../etc"})) == 5
