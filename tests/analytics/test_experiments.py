"""An experiment from its draft to its verdict; nobody is ever in two that run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import analytics.experiments as module
from analytics.errors import NotEnoughData
from analytics.experiment_kinds import EXPERIMENT, Experiment
from analytics.experiment_plans import Plan, tree_of
from analytics.experiments import (
    all_experiments,
    change_plan,
    conclude,
    find,
    held_back,
    hold_back,
    match_arms,
    members_with_arms,
    plan_experiment,
    running,
    segment_name,
    start,
    stop,
)
from analytics.exports.files import csv_chunks, export_of
from analytics.exports.layouts import with_arm
from analytics.saved_segments import SEGMENT, segment_body
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, NameTaken, SaveConflict
from clickhouse_schema.experiments.arms import overlap
from clickhouse_schema.made.differences import difference
from clickhouse_schema.made.reading import history
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.rules.tree import parse
from tests.clickhouse_schema.experiments.conftest import orders
from tests.conftest import empty
from tests.filling import fill

ANNA = Author("Anna")
JUNE = date(2024, 6, 1)


@pytest.fixture
def shop(warehouse: Warehouse) -> Iterator[Warehouse]:
    """Six hundred customers, nothing planned."""
    empty(warehouse)
    fill(warehouse, orders())
    yield warehouse
    empty(warehouse)


def draft(shop: Warehouse, name: str = "Summer", **changed: object) -> Experiment:
    """Return a kept draft."""
    return plan_experiment(shop, name, replace(Plan(), **changed), None, ANNA)  # type: ignore[arg-type]


def test_an_experiment_goes_from_draft_to_verdict(shop):
    """Each step is a version with its author, and says what changed."""
    begun = start(shop, draft(shop), JUNE, Author("Bert"))
    done = stop(shop, begun, date(2024, 6, 20), ANNA)
    conclude(shop, done, {"lift": 0.04, "error": 0.01}, ANNA)
    rows = history(shop, EXPERIMENT, begun.id)

    assert [row.body["state"] for row in rows] == ["draft", "running", "stopped", "analysed"]
    assert [row.author for row in rows] == ["Anna", "Bert", "Anna", "Anna"]
    assert begun.run is not None
    assert sum(begun.run.customers) == begun.run.members == 600
    assert count_members(shop, members_with_arms(shop, begun)) == 600
    assert difference(EXPERIMENT, rows[0], rows[1])[0] == "State: draft → running."
    assert find(shop, begun.id).verdict == {"lift": 0.04, "error": 0.01}


def test_the_file_of_an_experiment_names_arms(shop, monkeypatch):
    """Also when its customers are read in parts: every row has its arm in the last column."""
    monkeypatch.setattr("clickhouse_schema.members.stream._AT_ONCE", 250)
    begun = start(shop, draft(shop), JUNE, ANNA)
    export = export_of(members_with_arms(shop, begun), "mailchimp", "csv")
    export = replace(export, layout=with_arm(export.layout))
    head, *rows = csv.reader(io.StringIO(b"".join(csv_chunks(shop, export)).decode()))

    assert head[-1] == "arm"
    assert begun.run is not None
    arms = [row[-1] for row in rows]
    assert [arms.count(name) for name in begun.plan.arms] == list(begun.run.customers)


def test_steps_out_of_order_are_refused(shop):
    """Nothing starts twice, stops before it runs, or is judged before it stops."""
    one = draft(shop)
    with pytest.raises(InvalidThing, match="running"):
        stop(shop, one, JUNE, ANNA)
    with pytest.raises(InvalidThing, match="Stop"):
        conclude(shop, one, {}, ANNA)
    with pytest.raises(InvalidThing, match="frozen"):
        members_with_arms(shop, one)
    begun = start(shop, one, JUNE, ANNA)
    with pytest.raises(InvalidThing, match="begun"):
        start(shop, begun, JUNE, ANNA)
    with pytest.raises(InvalidThing, match="plan stays"):
        change_plan(shop, begun, Plan(), None, ANNA)
    with pytest.raises(InvalidThing, match="a day at least"):
        stop(shop, begun, JUNE, ANNA)


def test_a_plan_that_was_changed_by_another_is_kept_aside(shop):
    """Two readers change one draft: the first holds, the second is told."""
    one = draft(shop)
    change_plan(shop, one, replace(Plan(), days=14), None, ANNA)

    with pytest.raises(SaveConflict):
        change_plan(shop, one, replace(Plan(), days=56), None, Author("Bert"))
    assert find(shop, one.id).plan.days == 14


def test_names_are_taken_once(shop):
    """A second draft of a name is refused."""
    draft(shop)
    with pytest.raises(NameTaken):
        draft(shop)


def test_customers_of_a_running_experiment_are_free_when_it_stops(shop):
    """Until then a second one finds nobody."""
    first = start(shop, draft(shop, "First"), JUNE, ANNA)
    second = draft(shop, "Second")
    with pytest.raises(InvalidThing, match="600 are in other experiments"):
        start(shop, second, JUNE, ANNA)
    assert find(shop, second.id).state == "draft"

    stop(shop, first, date(2024, 6, 20), ANNA)
    assert start(shop, second, JUNE, ANNA).state == "running"
    assert [one.name for one in running(shop)] == ["Second"]


def test_a_start_at_the_same_moment_gives_way(shop, monkeypatch):
    """A process that did not see another's start finds the overlap afterwards and goes back."""
    second = draft(shop, "Second")
    start(shop, draft(shop, "First"), JUNE, ANNA)
    split_of = module.split_of
    monkeypatch.setattr(module, "split_of", lambda *given: replace(split_of(*given), taken=()))

    with pytest.raises(InvalidThing, match="same moment"):
        start(shop, second, JUNE, ANNA)
    assert find(shop, second.id).state == "draft"


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=some.lists(
        some.tuples(some.integers(1, 4), some.integers(1, 3), some.booleans()), min_size=2,
        max_size=5,
    ),
    share=some.sampled_from([0.0, 0.05, 0.1]),
)  # fmt: skip
def test_running_experiments_never_share_a_customer(shop, steps, share):
    """Whatever overlapping segments start and stop in whatever order."""
    for one in all_experiments(shop):
        if one.state == "running":
            stop(shop, one, date(2024, 6, 20), ANNA)
    hold_back(shop, share, ANNA)
    for place, (at_least, seed, ends) in enumerate(steps):
        rule = {"mode": "all", "parts": [
            {"field": "frequency", "operator": "at_least", "value": at_least},
            {"field": "frequency", "operator": "at_most", "value": at_least + seed},
        ]}  # fmt: skip
        kept = create(shop, SEGMENT, name=f"{place} {_unique()}", author=ANNA,
                      body=segment_body(parse(rule)))  # fmt: skip
        one = draft(shop, f"Test {_unique()}", segment=f"saved:{kept.id}", seed=seed)
        try:
            begun = start(shop, one, JUNE, ANNA)
        except InvalidThing as error:
            assert "too few are left" in str(error)
            continue
        if ends:
            stop(shop, begun, date(2024, 6, 20), ANNA)
    held = [one.run.freeze_id for one in running(shop) if one.run]
    for freeze in held:
        assert overlap(shop, freeze, [other for other in held if other != freeze]) == 0


_counted = [0]


def _unique() -> int:
    _counted[0] += 1
    return _counted[0]


def test_the_holdout_of_all_has_versions(shop):
    """Nobody is held back at first; a share is kept with its author; too large a one is refused."""
    assert held_back(shop) == 0
    hold_back(shop, 0.05, ANNA)
    assert hold_back(shop, 0.02, Author("Bert")).version == 2
    assert held_back(shop) == 0.02
    with pytest.raises(InvalidThing, match="share"):
        hold_back(shop, 0.5, ANNA)


def test_nobody_starts_after_the_data_or_before_it(shop):
    """Customers are judged by what is known of them."""
    with pytest.raises(InvalidThing, match="last day to start"):
        start(shop, draft(shop), date(2024, 12, 1), ANNA)
    with pytest.raises(NotEnoughData):
        start(shop, draft(shop, "Early"), date(2024, 3, 1), ANNA)


@pytest.mark.parametrize(
    ("planned", "found", "matched"),
    [
        (("Control", "Offer"), ["offer", "CONTROL"], ["CONTROL", "offer"]),
        (("Control", "A", "B"), ["Mens E-Mail", "No E-Mail", "Womens E-Mail"],
         ["No E-Mail", "Mens E-Mail", "Womens E-Mail"]),
    ],
)  # fmt: skip
def test_arms_of_a_file_are_matched(planned, found, matched):
    """By name but for case, else by which says control."""
    assert match_arms(planned, found) == matched


@pytest.mark.parametrize("found", [["a1", "b1"], ["Control"], ["x", "y", "z"]])
def test_arms_that_cannot_be_told_apart_are_refused(found):
    """With a sentence that says what to do."""
    with pytest.raises(InvalidThing, match=r"arms|control"):
        match_arms(("Control", "Offer"), found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 3}, {"segment": "rfm:nobody"}, {"segment": "x' OR 1"}, {"arms": ("One",)},
        {"arms": ("A", "a")}, {"control": 0.99}, {"low": 0.2, "likely": 0.1}, {"margin": 0.0},
        {"offer": "free lunch"}, {"goal": "fame"}, {"seed": -1},
    ],
)  # fmt: skip
def test_an_impossible_plan_is_refused(wrong):
    """Every field has bounds, and the sentence says which."""
    with pytest.raises(ValueError, match=r"."):
        Plan(**wrong)


@pytest.mark.parametrize(
    "sent", [None, [], {"days": "4"}, {"days": True}, {"days": 14.5}, {"arms": "A,B"},
             {"seed": 2.5}, {"margin": float("nan")}, {"basis": "x" * 301}]
)  # fmt: skip
def test_what_is_no_plan_is_refused(sent):
    """A plan that somebody forged is told, not used."""
    with pytest.raises(ValueError, match=r"."):
        Plan.of(sent)


def test_a_plan_comes_back_from_json():
    """And its shares add up to 1."""
    plan = replace(Plan(), arms=("Control", "A", "B", "C"), control=0.1)

    assert Plan.of(plan.to_dict()) == plan
    assert sum(plan.shares) == pytest.approx(1)


def test_a_segment_that_is_gone_is_told(warehouse):
    """Its name says so, its members are an error."""
    assert segment_name(warehouse, "saved:gone") == "A segment that is gone"
    with pytest.raises(InvalidThing, match="not there"):
        tree_of("saved:gone", {})
