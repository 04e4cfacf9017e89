"""Experiments: is the statistics right, are splits fair, do sliders and replays answer in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from flask import Flask
from scipy import stats

from analytics.errors import NotEnoughData
from analytics.experiment_plans import Plan
from analytics.experiments import scores_cut_at, segment_members
from analytics.models.experiment_checks import sample_ratio
from analytics.models.experiment_replay import Outcomes, replay
from analytics.models.experiment_tests import Moments, welch
from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from analytics.reports.experiments import goal_moments
from analytics.reports.experiments_past import segment_past
from analytics.reports.experiments_plan import forecast
from analytics.reports.experiments_replay import prove
from analytics.reports.shell import shell_facts
from clickhouse_schema.client import Warehouse
from clickhouse_schema.experiments.arms import Split, freeze_arms, split_balance
from clickhouse_schema.experiments.past import Window, arm_moments
from clickhouse_schema.queries.loads import DataState
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import SMALL, Bench
from dashboard.benchmarks._children import run_child
from dashboard.benchmarks._reference import make_reference
from dashboard.benchmarks._rows import Row, at_least, at_most, information
from dashboard.benchmarks._tabs import tab_rows
from dashboard.config import AppConfig

TITLE = "coverage, false positives, fair splits, sliders and replays at reference scale"
# How often each is tried; a quick run tries less and proves nothing.
_TRIED = {"replays": 2000, "splits": 1000, "planted": 100}
_TRIED_QUICKLY = {"replays": 40, "splits": 10, "planted": 5}
_LIFT = 0.05
_SLIDES = 10


def measure(bench: Bench) -> list[Row]:
    """Return whether experiments tell the truth, and how long they take to."""
    tried = _TRIED_QUICKLY if bench.scale == SMALL else _TRIED
    replays, splits, planted = tried["replays"], tried["splits"], tried["planted"]
    truth = run_child("experiments:judge_tests", {"replays": replays}, bench.folder).answer
    small = make_reference(bench.folder, SMALL).folder
    counts = {"splits": splits, "planted": planted}
    fair = run_child("experiments:judge_splits", counts, small).answer
    times = run_child("experiments:time_plan", {}, bench.reference.folder)
    told = times.answer
    customers = f"{told['customers']:,} customers"
    return [
        *_between("experiments: coverage of the 95% interval", truth["coverage"], 93, 97,
                  f"{replays:,} replays of zero-inflated log-normal spending"),
        *_between("experiments: false positives, looked at once", truth["false_positives"], 4, 6,
                  f"{replays:,} splits without a lift"),
        at_most("experiments: false positives, always valid, 100 looks", truth["valid"], "%", 5,
                note=f"the usual test: {truth['peeking']:.0f}%"),
        *_between("experiments: splits that pass chi-square", fair["balanced"], 93, 97,
                  f"{splits:,} seeds, a column that is not stratified"),
        at_least("experiments: planted 5% lift covered", fair["covered"], "%", 93,
                 note=f"{planted} seeds, mean error {fair['bias']:+.2%} of revenue per customer"),
        at_most("experiments: chance of a 45/55 split", fair["uneven"], "p", 0.001),
        at_most("experiments: a slider moved", told["slide"], "s", 1, note=customers),
        at_most("experiments: replay proof", told["proof"], "s", 20, note=customers),
        information("experiments: the past of a segment, cold", told["past"], "s",
                    note=customers),
        information("experiments: freezing the arms", told["freeze"], "s", note=customers),
        information("experiments: measuring the arms", told["measure"], "s", note=customers),
        information("experiments: memory at its peak", times.peak_mb, "MB"),
        *tab_rows(bench, "experiments"),
    ]  # fmt: skip


def _between(name: str, figure: float, low: float, high: float, note: str) -> list[Row]:
    met = low <= figure <= high
    return [Row(name, figure, "%", f"{low:g} to {high:g}", met, note)]


def judge_tests(replays: int) -> dict[str, float]:
    """Return coverage and false positives in per cent where the truth is known."""
    draw = np.random.default_rng(1)
    customers, rate = 20_000, 0.1
    buyers = int(draw.binomial(customers, rate))
    past = Outcomes(np.exp(draw.normal(3.5, 0.9, buyers)), customers - buyers)
    found = replay(past, (0.5, 0.5), 0.1, replays=replays)
    return {
        "coverage": 100 * found.coverage, "false_positives": 100 * found.false_positives,
        "valid": 100 * found.peeking_valid, "peeking": 100 * found.peeking,
    }  # fmt: skip


def judge_splits(splits: int, planted: int) -> dict[str, float]:
    """Return how many of many splits are fair, and how often a planted lift is found."""
    with _opened() as (warehouse, data):
        plan = Plan(days=56, control=0.5)
        start = data.today - timedelta(days=plan.days)
        at = datetime.combine(start, clock())
        members = segment_members(warehouse, plan, start)
        split = Split(members, at, scores_cut_at(warehouse, at), plan.shares, 1)
        passed = sum(_fair(warehouse, replace(split, seed=seed)) for seed in range(splits))
        window = Window(at, at + timedelta(days=plan.days))
        measured = [
            _planted(warehouse, replace(split, seed=seed), window) for seed in range(planted)
        ]
    return {
        "balanced": 100 * passed / splits,
        "covered": 100 * sum(held for held, _ in measured) / planted,
        "bias": float(np.mean([error for _, error in measured])),
        "uneven": sample_ratio([4500, 5500], [0.5, 0.5]).p_value,
    }


def _fair(warehouse: Warehouse, split: Split) -> bool:
    """Return whether the channel, which is not stratified, is spread as chance would."""
    frame = split_balance(warehouse, split)
    named = [dict(zip(*pair, strict=True)) for pair in frame["channels"]]
    names = sorted({name for one in named for name in one})
    table = np.array([[float(one.get(name, 0)) for name in names] for one in named])
    return bool(stats.chi2_contingency(table, correction=False).pvalue > 0.05)


def _planted(warehouse: Warehouse, split: Split, window: Window) -> tuple[bool, float]:
    """Return whether the interval holds a lift given to the treated, and the error of it."""
    freeze_id, _ = freeze_arms(warehouse, split)
    frame = arm_moments(warehouse, freeze_id, window)
    control, treated = (goal_moments(frame[frame["arm"] == arm], "revenue") for arm in (0, 1))
    mean = control.plus(treated).mean
    lifted = Moments(
        treated.customers, treated.nonzero, treated.total * (1 + _LIFT),
        treated.squares * (1 + _LIFT) ** 2,
    )  # fmt: skip
    found = welch(control, lifted)
    truth = _LIFT * mean
    return found.low <= truth <= found.high, (found.difference - truth) / mean


def time_plan() -> dict[str, Any]:
    """Return seconds of what waits for an answer, for a segment as large as there is."""
    with _opened() as (warehouse, data):
        plan = _large_plan(data)
        started = time.perf_counter()
        past = segment_past(plan, data)
        found: dict[str, Any] = {"past": time.perf_counter() - started,
                                 "customers": past.customers}  # fmt: skip
        slides = []
        for step in range(_SLIDES):
            started = time.perf_counter()
            forecast(replace(plan, likely=0.03 + step / 500, depth=0.05 + step / 100), data)
            slides.append(time.perf_counter() - started)
        found["slide"] = median(slides)
        started = time.perf_counter()
        prove(plan, data)
        found["proof"] = time.perf_counter() - started
        start = data.today - timedelta(days=plan.days)
        at = datetime.combine(start, clock())
        members = segment_members(warehouse, plan, start)
        split = Split(members, at, scores_cut_at(warehouse, at), plan.shares, 1)
        started = time.perf_counter()
        freeze_id, _ = freeze_arms(warehouse, split)
        found["freeze"] = time.perf_counter() - started
        started = time.perf_counter()
        arm_moments(warehouse, freeze_id, Window(at, at + timedelta(days=plan.days)))
        found["measure"] = time.perf_counter() - started
        return found


def _large_plan(data: DataState) -> Plan:
    """Return a plan whose segment has half a million customers where there are so many."""
    for word in ("hibernating", "at_risk", "loyal_customers"):
        plan = Plan(segment=f"rfm:{word}")
        try:
            if segment_past(plan, data).customers >= 400_000:
                cache.clear()
                return plan
        except NotEnoughData:
            continue
    cache.clear()
    return Plan()


@contextmanager
def _opened() -> Iterator[tuple[Warehouse, DataState]]:
    warehouse = open_warehouse(AppConfig.from_env())
    use_warehouse(warehouse)
    app = Flask("benchmark", root_path=str(Path.cwd()))
    cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
    try:
        with app.app_context():
            yield warehouse, shell_facts().data
    finally:
        use_warehouse(None)
        warehouse.close()
