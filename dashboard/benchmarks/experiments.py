"""Experiments: is the statistics right, are splits fair, do sliders and replays answer in time."""

from __future__ import annotations

import secrets
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
from analytics.experiments import (
    plan_experiment,
    scores_cut_at,
    segment_members,
    start,
    stop,
)
from analytics.models.experiment_checks import sample_ratio
from analytics.models.experiment_replay import Outcomes, replay
from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from analytics.reports.experiments import goal_moments
from analytics.reports.experiments_measure import Measured, measured
from analytics.reports.experiments_past import segment_past
from analytics.reports.experiments_plan import forecast
from analytics.reports.experiments_replay import prove
from analytics.reports.shell import shell_facts
from clickhouse_schema.client import Warehouse
from clickhouse_schema.experiments.arms import Split, freeze_arms, split_balance
from clickhouse_schema.experiments.past import Window, arm_moments
from clickhouse_schema.made.things import Author
from clickhouse_schema.queries.loads import DataState
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import SMALL, Bench
from dashboard.benchmarks._children import BenchError, run_child
from dashboard.benchmarks._reference import make_reference
from dashboard.benchmarks._rows import Row, at_least, at_most, information
from dashboard.benchmarks._tabs import tab_rows
from dashboard.config import AppConfig

TITLE = "coverage, false positives, fair splits, sliders and replays at reference scale"
# How often each is tried; a quick run tries less and proves nothing.
_TRIED = {"replays": 2000, "splits": 1000, "planted": 100}
_TRIED_QUICKLY = {"replays": 40, "splits": 10, "planted": 5}
_LIFT = 0.05
_SHOP: tuple[str, ...] = ()  # the sample retailer as it is loaded by default
_AUTHOR = Author("benchmark")
_BATCH = 4_000_000_000  # no load has it
# So many in a million of the treated customers' orders in the window are made twice.
_PLANT = """
INSERT INTO orders
SELECT * REPLACE ({batch:UInt32} AS batch_id, sipHash64(order_key, {seed:UInt64}) AS order_key)
FROM orders
WHERE ordered_at >= {snapshot:DateTime('UTC')}
  AND ordered_at < {until:DateTime('UTC')}
  AND sipHash64({seed:UInt64}, order_key, 'planted') % 1000000 < {many:UInt32}
  AND customer_key IN
  (
      SELECT customer_key FROM experiment_arms
      WHERE freeze_id = {freeze:String} AND arm = 1
  )
"""
_SLIDES = 10


def measure(bench: Bench) -> list[Row]:
    """Return whether experiments tell the truth, and how long they take to."""
    tried = _TRIED_QUICKLY if bench.scale == SMALL else _TRIED
    replays, splits, planted = tried["replays"], tried["splits"], tried["planted"]
    truth = run_child("experiments:judge_tests", {"replays": replays}, bench.folder).answer
    small = make_reference(bench.folder, SMALL).folder
    fair = run_child("experiments:judge_splits", {"splits": splits}, small).answer
    shop = make_reference(bench.folder, SMALL if bench.quick else _SHOP).folder
    found = run_child("experiments:judge_planted", {"seeds": planted}, shop).answer
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
        at_least("experiments: planted 5% lift covered", found["covered"], "%", 93,
                 note=f"{planted} seeds of orders planted in {found['customers']:,} customers"),
        *_between("experiments: incremental revenue found, of that planted", found["size"], 80, 120,
                  f"mean over {planted} seeds; of the right sign in {found['signs']:.0f}%"),
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


def judge_splits(splits: int) -> dict[str, float]:
    """Return how many of many splits are fair, and how likely an uneven one is."""
    with _opened() as (warehouse, data):
        split = _split(warehouse, Plan(days=56, control=0.5), data)
        passed = sum(_fair(warehouse, replace(split, seed=seed)) for seed in range(splits))
    return {
        "balanced": 100 * passed / splits,
        "uneven": sample_ratio([4500, 5500], [0.5, 0.5]).p_value,
    }


def _split(warehouse: Warehouse, plan: Plan, data: DataState) -> Split:
    start = data.today - timedelta(days=plan.days)
    at = datetime.combine(start, clock())
    members = segment_members(warehouse, plan, start)
    return Split(members, at, scores_cut_at(warehouse, at), plan.shares, 1)


def _fair(warehouse: Warehouse, split: Split) -> bool:
    """Return whether the channel, which is not stratified, is spread as chance would."""
    frame = split_balance(warehouse, split)
    named = [dict(zip(*pair, strict=True)) for pair in frame["channels"]]
    names = sorted({name for one in named for name in one})
    table = np.array([[float(one.get(name, 0)) for name in names] for one in named])
    return bool(stats.chi2_contingency(table, correction=False).pvalue > 0.05)


def judge_planted(seeds: int) -> dict[str, float]:
    """
    Return how experiments find a lift that was planted in the orders of the treated.

    Each is planned, started on a day of the past and measured as a reader would have it; in
    between so many of the treated customers' orders are made twice as the lift says.
    """
    held, sizes = [], []
    with _opened() as (warehouse, data):
        for seed in range(seeds):
            found, planted = _planted(warehouse, data, seed)
            usual = found.headline("revenue").usual
            held.append(usual.low <= planted <= usual.high)
            sizes.append(found.total.revenue / (planted * found.customers[1]))
        customers = sum(found.customers)
    return {
        "covered": 100 * sum(held) / seeds, "size": 100 * float(np.mean(sizes)),
        "signs": 100 * sum(size > 0 for size in sizes) / seeds, "customers": customers,
    }  # fmt: skip


def _planted(warehouse: Warehouse, data: DataState, seed: int) -> tuple[Measured, float]:
    """Return what was measured of one experiment, and the lift planted, per customer."""
    plan = Plan(days=56, control=0.5, seed=seed)
    name = f"Planted {secrets.token_hex(6)}"
    first = data.today - timedelta(days=plan.days)
    made = start(warehouse, plan_experiment(warehouse, name, plan, None, _AUTHOR), first, _AUTHOR)
    run = made.run
    if run is None:
        raise BenchError(f"{name} was started, but has no arms.")
    window = Window(datetime.combine(first, clock()), datetime.combine(data.today, clock()))
    try:
        before = arm_moments(warehouse, run.freeze_id, window)
        params = {"freeze": run.freeze_id, "seed": seed, "batch": _BATCH,
                  "many": round(_LIFT * 1_000_000), **window.as_params()}  # fmt: skip
        warehouse.command(_PLANT, params)
        found = measured(made, data)
    finally:
        warehouse.command(f"ALTER TABLE orders DROP PARTITION {_BATCH}")
        stop(warehouse, made, data.today, _AUTHOR)
    return found, _LIFT * goal_moments(before, "revenue").mean


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
        split = _split(warehouse, plan, data)
        started = time.perf_counter()
        freeze_id, _ = freeze_arms(warehouse, split)
        found["freeze"] = time.perf_counter() - started
        started = time.perf_counter()
        until = split.at + timedelta(days=plan.days)
        arm_moments(warehouse, freeze_id, Window(split.at, until))
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
