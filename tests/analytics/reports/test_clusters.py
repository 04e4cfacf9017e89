"""Groups of a retailer whose customers' lives are known: found, explained, none invented."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from analytics import cluster_models, cluster_moves, jobs
from analytics.cluster_members import GROUPING, clusters_in, kept_groupings
from analytics.cluster_moves import moves_between, submit_moves, takes_long, told_of
from analytics.cluster_segments import save_members, save_rule
from analytics.cluster_work import FIND, submit_clusters
from analytics.errors import NotEnoughData
from analytics.experiment_plans import Plan
from analytics.experiments import segment_name
from analytics.jobs import JobQueue
from analytics.models.clustering import choose
from analytics.reports import clusters
from analytics.reports._cache import forget_version
from analytics.reports.clusters import Asked, features_of, find_clusters, population_of
from analytics.reports.clusters_told import _mix
from analytics.reports.experiments_groups import group_past, grouping_in_use, worth_by_group
from analytics.reports.experiments_next import strategies
from analytics.reports.experiments_past import segment_past
from analytics.reports.experiments_plan import forecast
from analytics.reports.shell import ShellFacts, shell_facts
from analytics.saved_segments import kept_tree, members_of
from clickhouse_schema.client import Warehouse
from clickhouse_schema.clusters.features import Sieve
from clickhouse_schema.errors import NameTaken
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.queries.clusters import cluster_sample
from clickhouse_schema.rules.tree import Condition, Group, cluster_name
from tests.conftest import empty, wait_for

LIVES = ("recency", "frequency", "active_days")
ANN = Author("Ann")


@pytest.fixture(scope="module")
def retailer(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse with a sample retailer of 4,000 customers."""
    empty(warehouse)
    load_sample(warehouse, SampleSpec(customers=4000, lines=48_000, products=300))
    forget_version()
    yield warehouse
    empty(warehouse)


@pytest.fixture
def facts(retailer: Warehouse, answers: None) -> ShellFacts:
    """What is loaded."""
    return shell_facts()


def whole(facts: ShellFacts) -> Any:
    """Return filters that keep everything there is."""
    return replace(facts.default_filters(), start=facts.data.first_day)


_held: dict[str, Any] = {}


def found(facts: ShellFacts, about: str, own: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return groups of everything, found once."""
    key = f"{about} {own}"
    if key not in _held:
        _held[key] = find_clusters(Asked(about, own, whole(facts)), facts)
    return _held[key]


def placed(facts: ShellFacts, body: dict[str, Any]) -> dict[int, int]:
    """Return the group of every customer, as members are found in the engine."""
    model, whose = cluster_models.model_of(body), population_of(whole(facts), facts)
    return {
        int(key): place
        for place in range(1, len(body["clusters"]) + 1)
        for (key,) in clusters.warehouse().rows(
            *_asked(cluster_models.members_of_clusters(model, whose, [place]))
        )
    }


def _asked(members: Any) -> tuple[str, Any]:
    return members.text, members.params


def test_planted_lives_are_recovered(retailer, facts):
    """On how recently, how often and how long they bought, groups agree with the planted lives."""
    body = found(facts, "own", LIVES)
    groups = placed(facts, body)
    lives = dict(retailer.rows("SELECT customer_key, toString(life) FROM sample_customers"))
    keys = [key for key in groups if key in lives]

    assert body["clear"]
    assert len(keys) > 3_900
    assert adjusted_rand_score([lives[key] for key in keys], [groups[key] for key in keys]) >= 0.6


def test_value_groups_are_explained(facts):
    """Names differ, shares add up, every rule says the same as the model for 90% and more."""
    body = found(facts, "value")
    groups = body["clusters"]

    assert body["clear"]
    assert len({one["name"] for one in groups}) == len(groups)
    assert all(one["rule"]["fidelity"] >= 0.9 for one in groups)
    assert all(1 <= len(one["rule"]["bounds"]) <= 3 for one in groups)
    assert all(len(one["examples"]) == 3 and one["advice"] for one in groups)
    each = [one["revenue"] / one["customers"] for one in groups]
    assert each == sorted(each, reverse=True)
    assert len(json.dumps(body)) < 150_000
    assert sum(one["customers"] for one in groups) == len(placed(facts, body))


def test_the_same_question_has_the_same_answer(facts):
    """Same data and seed: the same groups and names; another seed hardly moves anybody."""
    body = found(facts, "value")
    again = find_clusters(Asked("value", (), whole(facts)), facts)
    other = find_clusters(Asked("value", (), whole(facts), seed=7), facts)
    timed = {"seconds", "seconds_in_all"}

    assert {key: body[key] for key in body if key not in timed} == {
        key: again[key] for key in again if key not in timed
    }
    first, second = placed(facts, body), placed(facts, other)
    assert adjusted_rand_score(list(first.values()), [second[key] for key in first]) >= 0.95


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_features_have_no_groups(facts, seed):
    """What the value features lose when each is shuffled by itself is told: no clear groups."""
    frame = cluster_sample(
        clusters.warehouse(), features_of("value", (), facts), population_of(whole(facts), facts),
        Sieve(1_000_000),
    )  # fmt: skip
    draw = np.random.default_rng(seed)
    raw = np.column_stack([draw.permutation(frame[name]) for name in ("x1", "x2", "x3")])

    assert not choose(raw, seed=seed).clear


def test_sets_of_features(facts):
    """Behaviour has channels, taste categories, at most eight; nonsense is refused in words."""
    assert len(features_of("behaviour", (), facts)) == 8
    assert all(word.startswith("category:") for word in features_of("taste", (), facts))
    for own in (("recency",), tuple("abcdefghi"), ("recency", "channel:Nowhere")):
        with pytest.raises((NotEnoughData, ValueError)):
            features_of("own", own, facts)


def test_few_customers_are_told(facts):
    """A day is too short: a sentence says what to do."""
    day = facts.data.first_day
    short = replace(whole(facts), end=day + timedelta(days=1))
    with pytest.raises(NotEnoughData, match="Choose a longer period"):
        find_clusters(Asked("value", (), short), facts)


def test_a_grouping_is_kept_used_and_compared(retailer, facts):
    """The first is put in use; nobody moves within one; the newest data has not drifted."""
    body = found(facts, "value")
    made = cluster_models.keep(retailer, "a" * 16, body, ANN)
    same = cluster_models.keep(retailer, "a" * 16, body, ANN)
    other = cluster_models.keep(retailer, "b" * 16, found(facts, "own", LIVES), ANN)
    drift = cluster_models.drift_of(made.id, made.body, facts)
    moves = moves_between(made, other, facts)

    assert same.version == made.version == 1
    assert cluster_models.in_use(retailer) == made.id
    assert [one.id for one in kept_groupings(retailer)] == [other.id, made.id]
    assert drift.shift < 1e-9 and not drift.refit
    assert moves["customers"].sum() == sum(one["customers"] for one in body["clusters"])
    cluster_models.use(retailer, other.id, ANN)
    assert cluster_models.in_use(retailer) == other.id


def test_many_customers_are_compared_as_a_job(retailer, facts, tmp_path, monkeypatch):
    """Few are compared at once; many by one job however many ask, and then it is remembered."""
    queue = JobQueue(tmp_path)
    first = cluster_models.keep(retailer, "e" * 16, found(facts, "value"), ANN)
    second = cluster_models.keep(retailer, "f" * 16, found(facts, "own", LIVES), ANN)

    assert not takes_long(first, second, facts)
    monkeypatch.setattr(cluster_moves, "_AT_ONCE", 10)
    assert takes_long(first, second, facts)
    job = submit_moves(queue, first, second, "Ann")
    assert submit_moves(queue, first, second, "Bob") == job
    assert submit_moves(queue, second, first, "Ann") != job
    queue.run(job)

    assert (queue.find(job).state, told_of(queue.find(job))) == ("done", "")
    assert not takes_long(first, second, facts)
    moved = moves_between(first, second, facts)
    assert moved["customers"].sum() == cluster_moves.customers_of(first)


def test_a_stopped_comparison_says_so(retailer, facts, tmp_path):
    """Stopped before it began, it compares nothing and the reader is told what to do."""
    queue = JobQueue(tmp_path)
    first = cluster_models.keep(retailer, "e" * 16, found(facts, "value"), ANN)
    job = submit_moves(queue, first, first, "Ann")
    queue.cancel(job)
    queue.run(job)

    assert queue.find(job).state == "cancelled"
    assert told_of(queue.find(job)).startswith("Stopped.")
    assert told_of(None).startswith("Stopped.")


def test_drift_is_told(retailer, facts):
    """Shares that were others when it was found, in older data, make a refit worth while."""
    body = json.loads(json.dumps(found(facts, "value"))) | {"data_version": -1}
    still = cluster_models.drift_of("9" * 16, body, facts)
    body["clusters"][0]["customers"], body["clusters"][1]["customers"] = 5_000, 100
    drift = cluster_models.drift_of("c" * 16, body, facts)

    assert still.shift == pytest.approx(0, abs=1e-9) and not still.refit
    assert still.spread == pytest.approx(0, abs=1e-6)
    assert drift.refit
    assert drift.shift > cluster_models.SHIFTED
    assert cluster_models.stability_index([(0.5, 0.4), (0.5, 0.6)]) == pytest.approx(
        0.040547, abs=1e-6
    )


def test_a_group_becomes_a_segment(retailer, facts):
    """Its members of today, its rule, and as a condition: all three find who they should."""
    body = found(facts, "own", ("recency", "frequency", "monetary"))
    grouping = cluster_models.keep(retailer, "d" * 16, body, ANN)
    size = body["clusters"][0]["customers"]
    frozen = save_members(grouping, 1, facts, ANN)
    tree = cluster_models.rule_tree(body, 1)
    ruled = save_rule(grouping, 1, tree, ANN)
    name = cluster_name(grouping.id, 1, body["clusters"][0]["name"])
    named = Group("all", (Condition("cluster", "is_any_of", (name,)),))

    assert count_members(retailer, members_of(retailer, kept_tree(frozen))) == size
    assert count_members(retailer, members_of(retailer, named)) == size
    rule = body["clusters"][0]["rule"]
    many = count_members(retailer, members_of(retailer, kept_tree(ruled)))
    assert many == pytest.approx(size * rule["found"] / rule["pure"], rel=0.02)
    assert clusters_in(retailer, Group("all", ()), facts.data.newest_at) == {}


def test_what_has_one_name_is_left_out():
    """Data without categories says nothing of what a group buys, not that it buys as everybody."""
    frame = pd.DataFrame(
        {
            "cluster": [1, 2, 1, 1, 2],
            "kind": ["category", "category", "country", "country", "country"],
            "name": ["", "", "DE", "FR", "DE"],
            "revenue": [9.0, 1.0, 5.0, 5.0, 10.0],
        }
    )
    mix = _mix(frame, 2)

    assert list(mix[0]) == ["country"]
    assert [one["name"] for one in mix[0]["country"]["over"]] == ["FR"]


def test_a_segment_has_the_name_and_owner_that_were_chosen(retailer, facts):
    """A name that is typed is taken; one that is another's is told before anything is kept."""
    grouping = cluster_models.keep(retailer, "d" * 16, found(facts, "value"), ANN)
    tree = cluster_models.rule_tree(grouping.body, 1)
    named = save_members(grouping, 1, facts, ANN, "Our best")
    first, second = (save_rule(grouping, 1, tree, ANN) for _ in range(2))

    assert (named.name, named.owner) == ("Our best", "Ann")
    assert "(rule)" in first.name and second.name != first.name
    for save in (
        lambda: save_members(grouping, 1, facts, ANN, "our BEST"),
        lambda: save_rule(grouping, 1, tree, ANN, "Our best"),
    ):
        with pytest.raises(NameTaken, match=r"called “Our best” \(by Ann\)"):
            save()


def test_a_job_finds_once_for_two(retailer, facts, tmp_path, monkeypatch):
    """Two who ask the same share a job; asked again it is remembered; it can be stopped."""
    queue = JobQueue(tmp_path)
    asked = Asked("value", (), whole(facts))
    first = submit_clusters(queue, asked, "", "Ann")

    assert submit_clusters(queue, asked, "", "Bob") == first
    assert submit_clusters(queue, replace(asked, seed=1), "", "Bob") != first
    computed: list[int] = []
    real = clusters.choose

    def counted(*given: Any, **more: Any) -> Any:
        computed.append(1)
        return real(*given, **more)

    monkeypatch.setattr(clusters, "choose", counted)
    queue.run(first)
    again = submit_clusters(queue, asked, "", "Bob")
    queue.run(again)
    job = queue.find(again)

    assert again != first
    assert (job.state, job.percent, job.error) == ("done", 100.0, "")
    assert len(computed) == 1
    assert cluster_models.current(retailer, GROUPING, job.answer["grouping"]).body["clear"]
    assert FIND in jobs.KINDS


def test_a_running_job_stops_soon(facts, tmp_path):
    """Asked to stop in the middle of trying groups, it does within two seconds."""
    queue = JobQueue(tmp_path)
    queue.start_threads()
    try:
        job_id = submit_clusters(queue, Asked("behaviour", (), whole(facts), seed=3), "", "Ann")
        wait_for(lambda: "Trying" in queue.find(job_id).message)
        queue.cancel(job_id)
        began = time.monotonic()
        wait_for(lambda: queue.find(job_id).state == "cancelled", seconds=10)
        assert time.monotonic() - began < 10  # two on a machine of one's own: see the benchmark
    finally:
        queue.stop_threads()


def test_a_plan_is_told_by_the_groups_in_use(retailer, facts):
    """Each customer in one group or none; a group can be what a plan is for."""
    body = found(facts, "value")
    made = cluster_models.keep(retailer, "planned", body, ANN)
    cluster_models.use(retailer, made.id, ANN)
    grouping = grouping_in_use()
    plan = Plan(days=28)
    asked = forecast(plan, facts.data)
    past = group_past(plan, asked.past.past.season, grouping, facts.data)
    worth = worth_by_group(asked, grouping, facts.data).set_index("name")
    best = worth.index[worth.index != "In no group"][0]
    place = 1 + [one["name"] for one in body["clusters"]].index(best)
    own = replace(plan, segment=f"cluster:{made.id}:{place}")

    assert worth["customers"].sum() == asked.past.customers
    assert past.seen.sum() == asked.past.past.seen.sum()
    assert past.buyers.sum() == asked.past.past.buyers.sum()
    assert segment_past(own, facts.data).customers == worth.loc[best, "customers"]
    assert segment_name(retailer, own.segment) == best
    assert segment_name(retailer, "cluster:planned:99") == "A segment that is gone"
    assert worth["each"].is_monotonic_decreasing
    assert any(one.plan.segment.startswith("cluster:") for one in strategies(facts.data))
