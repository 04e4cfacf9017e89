"""
Groups of customers: how long they take, how good they are, whether none are invented.

Asked of all customers over the whole history, cold, in processes of their own; how good groups
are is judged by the sample retailer, whose customers' lives are known.
"""

from __future__ import annotations

import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from flask import Flask
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score

from analytics.cluster_members import model_of
from analytics.cluster_models import keep
from analytics.cluster_work import submit_clusters
from analytics.jobs import JobQueue
from analytics.models.clustering import choose, nearest
from analytics.models.scaling import Scaling
from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from analytics.reports.clusters import (
    Asked,
    features_of,
    find_clusters,
    population_of,
    sieve_for,
)
from analytics.reports.shell import ShellFacts, shell_facts
from clickhouse_schema.client import Warehouse
from clickhouse_schema.clusters.features import Sieve
from clickhouse_schema.filters import Filters
from clickhouse_schema.limits import Limits
from clickhouse_schema.made.things import Author
from clickhouse_schema.queries.clusters import cluster_customers, cluster_sample
from dashboard.app import cache_options, open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import run_child, run_command
from dashboard.benchmarks._rows import Row, at_least, at_most, information
from dashboard.benchmarks._tabs import GROUPING_ID, tab_rows
from dashboard.config import AppConfig

TITLE = "groups of all customers: time, memory, spread, planted lives, none invented"
LIVES = ("recency", "frequency", "active_days")
_SEEDS, _FEW_SEEDS = 20, 1
_BEST_OF = 10
_ROWS = Limits(seconds=120, memory_mb=8_000, result_rows=10_000_000)
Floats = npt.NDArray[np.float64]


def measure(bench: Bench) -> list[Row]:
    """Return what each promise about groups came to."""
    folder = bench.reference.folder
    value = [run_child("clusters:time_groups", {"about": "value"}, folder).answer
             for _ in range(min(bench.runs, 3))]  # fmt: skip
    eight = run_child("clusters:time_groups", {"about": "behaviour"}, folder).answer
    seeds = _FEW_SEEDS if bench.quick else _SEEDS
    lives = _lives(bench, seeds)
    spread = run_child("clusters:compare_spread", {}, folder).answer
    stopped = run_child("clusters:time_stop", {}, folder).answer["seconds"]
    groups = value[0]["customers"]
    return [
        at_most("clusters: three features, chosen, named, explained",
                median(one["seconds"] for one in value), "s", 5,
                note=f"{groups:,} customers, {value[0]['cpu']:.1f} CPU-seconds",
                detail=value[0]["steps"]),
        at_most("clusters: eight features", eight["seconds"], "s", 15,
                note=f"{eight['cpu']:.1f} CPU-seconds", detail=eight["steps"]),
        at_most("clusters: memory that adds", max(one["added_mb"] for one in [*value, eight]),
                "MB", 1_500),
        at_most("clusters: spread against the best of ten full K-Means", spread["ratio"], "times",
                1.001),
        information("clusters: scikit-learn KMeans at its defaults", spread["full_seconds"], "s",
                    note=f"{spread['full_ratio']:.4f} of the best spread"),
        information("clusters: scikit-learn MiniBatchKMeans at its defaults",
                    spread["mini_seconds"], "s", note=f"{spread['mini_ratio']:.4f} of the best"),
        at_least("clusters: planted lives, adjusted Rand", lives["agreement"], "of 1", 0.6),
        at_least("clusters: no groups in shuffled features", lives["unclear"],
                 f"of {seeds}", seeds - 1),
        at_least("clusters: another seed, adjusted Rand", lives["seeds"], "of 1", 0.95),
        at_least("clusters: rules of value groups, fidelity", value[0]["fidelity"], "of 1", 0.9),
        at_most("clusters: a job stops after", stopped, "s", 2),
        *tab_rows(bench, "clusters"),
    ]  # fmt: skip


def _lives(bench: Bench, shuffles: int) -> dict[str, float]:
    """Return how well planted lives are found, in the sample as everybody makes it."""
    asked = {"shuffles": shuffles}
    if bench.quick:
        return dict(run_child("clusters:judge_lives", asked, bench.reference.folder).answer)
    with bench.empty_folder("lives") as retailer:
        run_command(["sample"], retailer)
        return dict(run_child("clusters:judge_lives", asked, retailer).answer)


def time_groups(about: str) -> dict[str, Any]:
    """Return what finding groups of everybody takes, and keep them; runs in a child."""
    with _opened() as (warehouse, facts):
        before, busy = _peak_mb(), time.process_time()
        started = time.perf_counter()
        body = find_clusters(Asked(about, (), _whole(facts)), facts)
        seconds = time.perf_counter() - started
        found = {
            "seconds": seconds,
            "cpu": time.process_time() - busy,
            "added_mb": _peak_mb() - before,
            "customers": sum(one["customers"] for one in body["clusters"]),
            "fidelity": min(one["rule"]["fidelity"] for one in body["clusters"]),
            "steps": body["seconds"],
        }
        if about == "value":
            keep(warehouse, GROUPING_ID, body, Author("Benchmark"))
        return found


def judge_lives(shuffles: int) -> dict[str, float]:
    """Return agreement with the planted lives, over seeds, and without groups; in a child."""
    with _opened() as (warehouse, facts):
        filters = _whole(facts)
        population = population_of(filters, facts)
        sieve = sieve_for(25_000, cluster_customers(warehouse, population))
        frame = cluster_sample(warehouse, LIVES, population, sieve)
        raw = frame[["x1", "x2", "x3"]].to_numpy(dtype=np.float64)
        placed = []
        for seed in (0, 1):
            body = find_clusters(Asked("own", LIVES, filters, seed), facts)
            placed.append(_placed(body, raw))
        known = dict(warehouse.rows("SELECT customer_key, toInt8(life) FROM sample_customers"))
        lives = [known[int(key)] for key in frame["customer_key"]]
        value = cluster_sample(warehouse, features_of("value", (), facts), population, sieve)
        return {
            "agreement": adjusted_rand_score(lives, placed[0]),
            "seeds": adjusted_rand_score(placed[0], placed[1]),
            "unclear": sum(
                _unclear(value[["x1", "x2", "x3"]].to_numpy(dtype=np.float64), seed)
                for seed in range(shuffles)
            ),
        }


def _unclear(raw: Floats, seed: int) -> bool:
    draw = np.random.default_rng(seed)
    return not choose(np.column_stack([draw.permutation(one) for one in raw.T]), seed=seed).clear


def compare_spread() -> dict[str, float]:
    """Return our spread of everybody beside scikit-learn's; runs in a child."""
    with _opened() as (warehouse, facts):
        body = find_clusters(Asked("value", (), _whole(facts)), facts)
        population = population_of(_whole(facts), facts)
        roomy = Warehouse(warehouse.home, _ROWS)
        frame = cluster_sample(roomy, body["model"]["words"], population, Sieve(1_000_000))
        points = _scaling(body).applied(frame[["x1", "x2", "x3"]].to_numpy(dtype=np.float64))
        many = len(body["clusters"])
        best = min(
            KMeans(many, n_init=1, random_state=seed).fit(points).inertia_
            for seed in range(_BEST_OF)
        )
        full_seconds, full = _timed(KMeans(many, random_state=0), points)
        mini_seconds, mini = _timed(MiniBatchKMeans(many, random_state=0), points)
        ours = sum(one["distance"] for one in body["clusters"])
        return {
            "ratio": ours / best, "full_seconds": full_seconds, "full_ratio": full / best,
            "mini_seconds": mini_seconds, "mini_ratio": mini / best,
        }  # fmt: skip


def _timed(fit: Any, points: Floats) -> tuple[float, float]:
    started = time.perf_counter()
    fit.fit(points)
    return time.perf_counter() - started, float(fit.inertia_)


def time_stop() -> dict[str, float]:
    """Return the seconds from asking a job to stop until it has; runs in a child."""
    with _opened() as (_, facts), tempfile.TemporaryDirectory() as folder:
        queue = JobQueue(Path(folder))
        job = submit_clusters(queue, Asked("value", (), _whole(facts), 9), "", "Benchmark")
        work = threading.Thread(target=queue.run, args=(job,))
        work.start()
        while (found := queue.find(job)) and found.state != "done":
            if "Trying" in found.message:
                break
            time.sleep(0.02)
        started = time.perf_counter()
        queue.cancel(job)
        work.join()
        return {"seconds": time.perf_counter() - started}


def _placed(body: Any, raw: Floats) -> list[int]:
    model = model_of(body)
    return [int(one) for one in nearest(_scaling(body).applied(raw), np.array(model.centres))]


def _scaling(body: Any) -> Scaling:
    model = model_of(body)
    return Scaling("", model.powers, model.means, model.deviations)


def _whole(facts: ShellFacts) -> Filters:
    return replace(facts.default_filters(), start=facts.data.first_day)


@contextmanager
def _opened() -> Iterator[tuple[Warehouse, ShellFacts]]:
    config = AppConfig.from_env()
    warehouse = open_warehouse(config)
    use_warehouse(warehouse)
    holder = Flask("benchmark", static_folder=None)
    cache.init_app(holder, config=cache_options(config))
    cache.app = holder
    try:
        yield warehouse, shell_facts()
    finally:
        warehouse.close()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
