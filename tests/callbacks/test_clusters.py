"""The Clusters tab's words and views, from what a grouping holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from analytics import cluster_members
from analytics.cluster_models import Drift
from callbacks import _clusters_charts as charts
from callbacks import _clusters_views as views
from callbacks._clusters_shown import tile_view
from callbacks.clusters import follow, lay_out, start
from callbacks.clusters_kept import draw_moves, follow_moves
from callbacks.clusters_saving import look_closer
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from layouts.clusters import layout

RULE = {
    "bounds": [
        {"feature": "recency", "at_least": False, "threshold": 30.0},
        {"feature": "monetary", "at_least": True, "threshold": 1200.0},
    ],
    "fidelity": 0.957, "found": 0.9, "pure": 0.95,
}  # fmt: skip
MIX = {kind: {"over": [{"name": "Toys", "share": 0.2, "base": 0.1, "index": 2.0}], "under": []}
       for kind in ("category", "channel", "country")}  # fmt: skip


def group(name: str, customers: int, revenue: float) -> dict[str, Any]:
    """Return a group as it is kept."""
    return {
        "name": name, "advice": "Do this.", "customers": customers, "revenue": revenue, "orders": 9,
        "distance": 1.0, "means": {"recency": 14.2, "monetary": 1500.5, "frequency": 2.0},
        "rule": RULE, "mix": MIX, "silhouette": 0.4,
        "examples": [{"id": "c1", "country": "", "channel": "Web",
                      "values": {"recency": 3.0, "monetary": 12.5}}],
    }  # fmt: skip


def body(*, clear: bool = True) -> dict[str, Any]:
    """Return a grouping of two groups on two features."""
    tried = {
        "scaling": "log", "clusters": 2, "stability": 0.93, "smallest": 0.25, "tightness": 0.8,
        "inertia": 1.0, "mini_inertia": 1.02, "silhouette": 0.4, "error": 0.01,
        "why_not": "" if clear else "no tighter than data without groups",
    }  # fmt: skip
    return {
        "model": {"words": ["recency", "monetary"], "powers": [0.0, 0.0], "means": [1.0, 2.0],
                  "deviations": [1.0, 1.0], "centres": [[-1.0, 1.2], [0.5, -0.4]]},
        "about": "own", "countries": ["Germany"], "channels": [], "categories": [], "segment": "",
        "segment_name": "", "start": "2024-12-01", "days": 365, "snapshot": "2025-12-01T00:00:00",
        "data_version": 3, "currency": "EUR", "seed": 0, "clear": clear, "algorithm": "full",
        "full_inertia": 10.0, "mini_inertia": 10.2, "chosen": tried, "candidates": [tried],
        "clusters": [group("Big, recent", 250, 9000.0), group("Small", 750, 1000.0)],
        "sampled": 1000, "seconds": {}, "seconds_in_all": 2.5,
        "map": {"points": [[0.1, 0.2, 1], [1.0, -0.5, 2]], "shares": [0.6, 0.3],
                "axes": [[["recency", 0.9], ["monetary", -0.3]], [["monetary", 0.8]]]},
    }  # fmt: skip


def test_the_answer_comes_first():
    """Shares of customers and revenue, of whom and when, how stable: in words."""
    said = views.summary_of(body())

    assert said.title == ("2 groups. “Big, recent” brings 90.0% of revenue from 25.0% of customers")
    assert said.about == (
        "Own choice: days since last order and spent. 1,000 customers who ordered in the 365 days "
        "to 30 Nov 2025, only Germany."
    )
    assert said.stable.startswith("Stable:")
    assert "1 of them came back" in said.took


def test_no_clear_groups_are_told():
    """The title says so, the best attempt is called that."""
    said = views.summary_of(body(clear=False))

    assert said.title == "This data has no clear groups of customers"
    assert "best attempt no tighter than data without groups" in said.took


def test_a_card_says_size_money_and_rule():
    """Numbers as they are read, the rule in a sentence with how right it is."""
    card = views.cards_of(body())[0]

    assert (card.size, card.money) == ("250 customers, 25.0%", "€9,000, 90.0% of revenue")
    assert card.rule == "Nearly: days since last order at most 30 days and spent at least €1,200."
    assert card.fidelity.startswith("Right for 95.7% of customers; finds 90.0%")


def test_two_bounds_on_one_feature_are_a_span():
    """At least and at most of the same are said together; the tighter of two bounds counts."""
    bounds = [
        {"feature": "recency", "at_least": True, "threshold": 5.0},
        {"feature": "recency", "at_least": False, "threshold": 30.0},
        {"feature": "recency", "at_least": True, "threshold": 9.0},
    ]

    assert views.rule_words({"bounds": bounds}, "EUR") == (
        "Nearly: days since last order 9 days to 30 days."
    )


def test_a_group_closer():
    """Typical customers in their own units, more and less than everybody with both shares."""
    closer = views.closer_of("abc", body(), 1)

    assert closer.columns == ("Customer", "Days since last order", "Spent", "Country")
    assert closer.typical == (("c1", "3 days", "€12.50", "Not given"),)
    assert closer.mixes[0].over == ("Toys 20.0% (10.0%)",)
    assert closer.rule


@pytest.mark.parametrize(
    "build",
    [charts.profile_view, charts.parallel_view, charts.map_view, charts.tried_view,
     charts.silhouette_view],
)  # fmt: skip
def test_every_chart_has_words_and_a_table(build, facts, shop):
    """Each tile speaks its answer and can be read as a table."""
    view = build(body(), facts).to_dict()

    assert view["answer"]
    assert view["table"]["rows"]
    assert view["figure"]["data"]


def test_nothing_is_asked_before_the_tab_is_open():
    """Without a question no callback asks the warehouse anything."""
    assert len(follow(None, 0, None, None)) == 7
    assert start(None, None, "value", [], None)[1] is not None
    assert look_closer("1", {"id": ""}) is not None
    assert lay_out({"id": ""}).className.startswith("empty")
    assert "clusters-find" in str(layout())
    assert len(draw_moves(None, "a", None, None)) == 3
    assert follow_moves(0, None)[1:] == ("", True, True)


def test_a_tile_is_made_once(facts, shop, answers):
    """A kept grouping never changes: its views are remembered, with the data version."""
    made = create(
        shop, cluster_members.GROUPING, id_="a" * 16, name="Ours", body=body(), author=Author()
    )
    asked: list[int] = []

    def build(given: Any, told: Any) -> Any:
        asked.append(1)
        return charts.map_view(given, told)

    first, again = (tile_view("clusters-map", {"id": made.id}, {}, build) for _ in range(2))

    assert first == again
    assert first["version"] == facts.version
    assert len(asked) == 1


def test_the_runner_up_is_told():
    """What came next by silhouette is named with its scores; without one, nothing is said."""
    held = body()
    other = {**held["chosen"], "clusters": 4, "silhouette": 0.31, "stability": 0.85}
    held["candidates"] = [held["chosen"], other, {**other, "clusters": 5, "silhouette": None}]

    assert "The runner-up: 4 groups on logarithms (silhouette 0.31 against 0.40, stability" in (
        views.took_words(held)
    )
    assert "runner-up" not in views.took_words(body())


@pytest.mark.parametrize(
    ("spread", "words"),
    [
        (0.0, "as near to the middle"),
        (0.2, "20.0% farther from the middle"),
        (-0.1, "10.0% nearer to"),
    ],
)
def test_drift_is_said(spread, words):
    """Which way customers moved is said in words; nothing moved is not a number."""
    drift = Drift(datetime(2025, 12, 1), ((0.25, 0.25), (0.75, 0.75)), 0.0, spread, spread > 0.15)

    said = views.drift_words(body(), drift)

    assert words in said
    assert said.startswith("Find groups anew" if spread > 0.15 else "These groups still fit")
