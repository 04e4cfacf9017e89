"""Experiments end to end: Hillstrom's published table, a lift planted in orders, forecasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.errors import NotEnoughData
from analytics.experiment_kinds import Experiment
from analytics.experiment_plans import Plan
from analytics.experiments import (
    add_results,
    conclude,
    plan_experiment,
    running,
    segment_members,
    start,
    stop,
)
from analytics.reports import experiments_past
from analytics.reports._cache import cache, forget_version
from analytics.reports.experiments import usual_lifts
from analytics.reports.experiments_measure import measured, verdict_of
from analytics.reports.experiments_next import strategies
from analytics.reports.experiments_past import (
    cuts_at,
    midnight,
    recent_starts,
    segment_past,
    whose_at,
)
from analytics.reports.experiments_plan import balance, forecast, worth_by_segment
from analytics.reports.experiments_replay import past_outcomes, proof_of, prove
from clickhouse_schema.client import Warehouse
from clickhouse_schema.experiments.past import Window, past_moments
from clickhouse_schema.experiments.result_file import read_result_file
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.loads import DataState, data_state
from tests.clickhouse_schema.experiments.conftest import orders
from tests.conftest import empty
from tests.filling import Line, fill

ANNA = Author("Anna")
JUNE = date(2024, 6, 1)
PLAN = Plan(days=21, control=0.5)
ARMS = ("Control", "Men's", "Women's")


@pytest.fixture
def shop(warehouse: Warehouse) -> Iterator[Warehouse]:
    """Six hundred customers."""
    empty(warehouse)
    fill(warehouse, orders())
    yield warehouse
    empty(warehouse)


@pytest.fixture
def data(shop: Warehouse) -> DataState:
    """What is loaded of them."""
    return data_state(shop)


def export_keys(shop: Warehouse, members: Members) -> list[int]:
    """Return the keys of a selection."""
    return [int(key) for (key,) in shop.rows(members.text, dict(members.params))]


def begun(shop: Warehouse, plan: Plan = PLAN, name: str = "Test") -> Experiment:
    """Return an experiment that runs since June."""
    return start(shop, plan_experiment(shop, name, plan, None, ANNA), JUNE, ANNA)


@pytest.fixture
def hillstrom(shop: Warehouse, shared_data: Path, tmp_path: Path) -> Experiment:
    """The published e-mail test, uploaded as a file of results."""
    path = shared_data / "hillstrom" / "hillstrom.parquet"
    one = begun(shop, replace(PLAN, arms=ARMS, control=1 / 3, goal="conversion"))
    return add_results(shop, one, read_result_file(path, tmp_path), path.name, ANNA)


def test_hillstroms_table_is_the_published_one(hillstrom, data):
    """Visit, conversion and spend of both e-mails, to four digits."""
    found = measured(hillstrom, data)
    table = {
        (goal, arm): found.of(goal, arm)
        for goal in ("visits", "conversion", "revenue")
        for arm in ARMS[1:]
    }

    assert found.customers == (21_306, 21_307, 21_387)
    for goal, control in (("visits", 10.617), ("conversion", 0.573)):
        assert round(100 * table[goal, ARMS[1]].usual.control, 3) == control
    assert round(table["revenue", ARMS[1]].usual.control, 4) == 0.6528
    published = {
        ("visits", ARMS[1]): 7.659, ("visits", ARMS[2]): 4.523,
        ("conversion", ARMS[1]): 0.681, ("conversion", ARMS[2]): 0.311,
    }  # fmt: skip
    for key, points in published.items():
        assert round(100 * table[key].usual.difference, 3) == points
    spend = [round(table["revenue", arm].usual.difference, 4) for arm in ARMS[1:]]
    assert spend == [0.7698, 0.4244]


def test_hillstroms_p_values_are_scipys(hillstrom, data, shared_data):
    """Spend by Welch's test, visits and conversion by chi-square, to ten digits."""
    frame = pd.read_parquet(shared_data / "hillstrom" / "hillstrom.parquet")
    names = {ARMS[1]: "Mens E-Mail", ARMS[2]: "Womens E-Mail"}
    found = measured(hillstrom, data)
    control = frame[frame["segment"] == "No E-Mail"]

    for arm, name in names.items():
        treated = frame[frame["segment"] == name]
        expected = stats.ttest_ind(treated["spend"], control["spend"], equal_var=False).pvalue
        assert found.of("revenue", arm).usual.p_value == pytest.approx(expected, rel=1e-10)
        for goal, column in (("visits", "visit"), ("conversion", "conversion")):
            rows = [[one[column].sum(), (1 - one[column]).sum()] for one in (control, treated)]
            expected = stats.chi2_contingency(rows, correction=False).pvalue
            assert found.of(goal, arm).usual.p_value == pytest.approx(expected, rel=1e-10)


def test_hillstroms_verdict(hillstrom, data):
    """The men's e-mail is best for sure; the past explains next to nothing; the arms are even."""
    found = measured(hillstrom, data)
    spend = found.of("revenue", ARMS[1])

    assert found.arms[found.best] == ARMS[1]
    assert found.choices[1].best > 0.95
    assert not found.ratio.alarm
    assert 0 < spend.past.reduction < 0.03
    assert spend.early.low > 0
    assert spend.usual.low < spend.drawn.low < spend.usual.difference < spend.drawn.high
    assert found.total.revenue == pytest.approx(0.7698 * 21_307, rel=1e-3)
    assert any(part.believed for part in found.parts)
    assert verdict_of(hillstrom, found)["arm"] == ARMS[1]


def test_orders_after_the_start_are_measured(shop, data):
    """Both arms' revenue is what pandas adds up; without a campaign no difference is clear."""
    one = begun(shop)
    found = measured(one, data)
    frame = pd.DataFrame(
        [(line.customer, line.at, float(line.price)) for line in orders()],
        columns=["customer", "at", "price"],
    )
    held = frame[(frame["at"] >= "2024-06-01") & (frame["at"] < "2024-06-22")]
    usual = found.of("revenue", "Offer").usual
    sold = usual.control * found.customers[0] + usual.treated * found.customers[1]

    assert sold == pytest.approx(held["price"].sum())
    assert found.complete
    assert not found.headline("revenue").usual.clear
    assert sum(part.customers for part in found.parts) == sum(found.customers)


def test_a_planted_lift_is_measured(shop):
    """Orders added to the offer's customers alone show as revenue of the right size."""
    one = begun(shop)
    ids = shop.rows(
        "SELECT customer_id FROM customers WHERE customer_key IN (SELECT customer_key FROM"
        " experiment_arms WHERE freeze_id = {id:String} AND arm = 1)",
        {"id": one.run.freeze_id},
    )
    fill(shop, [Line(f"x{id_}", "2024-06-10T10:00:00", "30", id_, batch=2) for (id_,) in ids])
    found = measured(one, data_state(shop))
    usual = found.of("revenue", "Offer").usual

    assert usual.low < 30 < usual.high
    assert usual.clear
    assert found.total.revenue_low < 30 * len(ids) < found.total.revenue_high
    assert found.of("conversion", "Offer").usual.treated == 1
    assert found.total.profit < found.total.revenue


def test_before_the_end_the_early_interval_counts(shop, data):
    """Half way through the plan it is not complete; without any day since there is no number."""
    found = measured(begun(shop, replace(PLAN, days=56)), data)

    assert not found.complete
    late = plan_experiment(shop, "Late", replace(PLAN, segment="rfm:champions"), None, ANNA)
    stop(shop, running(shop)[0], date(2024, 6, 20), ANNA)
    with pytest.raises(NotEnoughData, match="No order is loaded"):
        measured(start(shop, late, data.today, ANNA), data)
    with pytest.raises(NotEnoughData, match="not begun"):
        measured(plan_experiment(shop, "Draft", PLAN, None, ANNA), data)


def test_a_segments_past_is_that_of_its_members(shop, data):
    """Windows of the plan's length before today, members judged as each began."""
    past = segment_past(PLAN, data)

    assert past.customers == 600
    assert [one.start for one in past.windows] == recent_starts(21, data)
    assert past.past.customers.sum() == 600
    assert past.past.buyers.sum() == sum(one.buyers for one in past.windows)
    assert past.past.seen.sum() == sum(one.customers for one in past.windows)
    assert past.moments.mean == pytest.approx(
        past.past.counts.sum(axis=0) @ past.past.values / sum(o.customers for o in past.windows)
    )
    assert not past.season_known
    assert past.margin is None


def test_a_named_segments_past_is_of_those_the_rule_finds(shop, data):
    """Scores looked up with the outcomes say the same as the rule of the segment does."""
    for word in ("champions", "hibernating", "at_risk"):
        plan = replace(PLAN, segment=f"rfm:{word}")
        for start_ in (data.today, recent_starts(21, data)[0]):
            members = segment_members(shop, plan, start_)
            by_rule = len(export_keys(shop, members))
            cuts = cuts_at(start_)
            window = Window(midnight(start_), midnight(start_))
            found = past_moments(shop, whose_at(plan, start_), window, cuts)

            assert found["customers"].sum() == by_rule


def test_of_a_large_segment_a_sample_is_looked_at(shop, data, monkeypatch):
    """Its customers are counted whole; its past is that of some of them, and told so."""
    whole = segment_past(PLAN, data)
    monkeypatch.setattr(experiments_past, "MOST_LOOKED_AT", 300)
    forget_version()
    cache.clear()
    found = segment_past(PLAN, data)

    assert found.customers == whole.customers == 600
    assert found.looked_at == pytest.approx(0.5)
    assert 230 < found.windows[0].customers < 370
    assert found.moments.mean == pytest.approx(whole.moments.mean, rel=0.25)


def test_a_forecast_answers_every_question(shop, data):
    """Bands hold the mean, sub-segments add up, the promise is what is shown."""
    found = forecast(PLAN, data)
    worth = worth_by_segment(found)
    low, high = found.simulation.band(found.simulation.profit, 0.95)

    assert low < found.promise().profit < high
    assert worth["profit"].sum() == pytest.approx(found.simulation.profit.mean())
    assert worth["customers"].sum() == 600
    assert worth["each"].is_monotonic_decreasing
    assert 0 < found.lift.mean < PLAN.likely
    assert found.design.arms == (300, 300)
    assert found.design.smallest_lift > found.design.with_past > 0


def test_a_segment_too_small_gets_words_and_no_proof(shop, data):
    """Six hundred customers in arms of 5% cannot be measured."""
    tiny = replace(PLAN, control=0.05)

    assert "30 customers" in forecast(tiny, data).design.too_small
    with pytest.raises(NotEnoughData, match="customers"):
        prove(tiny, data)


def test_a_plan_is_proved_on_the_past(shop, data):
    """The replay is of the customers of the newest window, and reads back from a job."""
    outcomes = past_outcomes(PLAN, data)
    proof = prove(PLAN, data)

    assert outcomes.customers == segment_past(PLAN, data).windows[0].customers
    assert 0.02 <= proof.false_positives <= 0.08
    assert 0.92 <= proof.coverage <= 0.98
    assert proof_of(asdict(proof)) == proof


def test_the_arms_are_shown_before_they_are_frozen(shop, data):
    """Sizes, means side by side, and chances that do not alarm."""
    found = balance(plan_experiment(shop, "Draft", PLAN, None, ANNA), JUNE)

    assert sum(found.customers) == found.members == 600
    assert all(chance > 0.001 for _, _, chance in found.rows)


def test_strategies_are_ranked_by_profit(shop, data):
    """The first promises most; a segment under test is not proposed again."""
    found = strategies(data)
    profits = [one.profit for one in found]

    assert profits == sorted(profits, reverse=True)
    assert all(0 <= one.profitable <= 1 for one in found)
    begun(shop)
    assert "all" not in {one.plan.segment for one in strategies(data)}


def test_later_plans_learn_from_verdicts(shop, data):
    """Three measured lifts replace the cautious prior, and are named as the basis."""
    for place, lift in enumerate((0.05, 0.06, 0.07)):
        one = stop(shop, begun(shop, name=f"Done {place}"), date(2024, 6, 22), ANNA)
        conclude(shop, one, {"lift": lift, "low": lift - 0.02, "high": lift + 0.02, "error": 0.01},
                 ANNA)  # fmt: skip

    assert usual_lifts("discount").mean == pytest.approx(0.06, abs=0.001)
    assert forecast(PLAN, data).lift.mean > 0.05
    assert "3 experiments" in strategies(data)[0].basis


def test_without_history_there_are_words(shop, data):
    """A plan longer than the data, an empty segment."""
    with pytest.raises(NotEnoughData, match="covers less"):
        forecast(replace(PLAN, days=182), data)
    with pytest.raises(NotEnoughData, match="Nobody"):
        forecast(replace(PLAN, segment="rfm:cant_lose"), data)


def test_the_numbers_are_finite(shop, data):
    """No draw of a forecast is NaN."""
    found = forecast(replace(PLAN, offer="gift", depth=0.0, redemption_cost=2.0), data)

    assert np.isfinite(found.simulation.profit).all()
