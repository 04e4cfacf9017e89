"""Segments at reference scale: scores, comparisons, live counts of rules, exports."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from flask import Flask, current_app

from analytics.exports.files import csv_chunks, export_of
from analytics.models.rfm import DEFAULT_MAP
from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.segments import Basis, preview
from analytics.reports.segments_fields import spread
from analytics.reports.segments_members import members, selection, why
from analytics.reports.segments_rfm import RfmOptions, rfm_movements, rfm_segments
from analytics.reports.shell import shell_facts
from callbacks.segments_builder import answer_rule, answer_spreads, list_members
from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.segment_members import Page
from clickhouse_schema.rules.tree import EVERYBODY, Group, parse, to_json
from clickhouse_schema.rules.vocabulary import FIELDS
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import run_child
from dashboard.benchmarks._rows import Row, at_most, information
from dashboard.benchmarks._tabs import tab_rows
from dashboard.config import AppConfig

TITLE = "scores, live counts of 50 random rule trees, ten fast edits, an export"
_TREES, _FEW_TREES = 50, 5
_EDITS = 10
_EXPORTED = 500_000
_FLAT = 20  # MB that an export may still grow by after half a million members
_BETWEEN_EDITS = 0.05  # seconds
_BETWEEN_LOOKS = 0.02
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "recency": (10, 700),
    "tenure": (10, 700),
    "frequency": (1, 6),
    "orders_in": (1, 4),
    "units_in": (1, 12),
    "monetary": (20, 600),
    "spend_in": (20, 400),
    "average_order_value": (20, 200),
    "mean_gap": (10, 200),
    "discount_share": (0.1, 0.9),
    "return_rate": (0.1, 0.9),
}


def measure(bench: Bench) -> list[Row]:
    """Return seconds of each promise about segments, cold, and what an export adds in memory."""
    trees = _FEW_TREES if bench.quick else _TREES
    runs = [
        run_child("segments:time_segments", {"trees": trees}, bench.reference.folder).answer
        for _ in range(min(bench.runs, 3))
    ]
    export = run_child("segments:time_export", {}, bench.reference.folder).answer
    whole = run_child("segments:time_whole_export", {}, bench.reference.folder).answer

    def middle(name: str) -> float:
        return float(median(run[name] for run in runs))

    slowest = max(runs[0]["counts"], key=lambda one: one["seconds"])
    return [
        at_most("segments: full RFM refresh", middle("refresh"), "s", 2),
        at_most("segments: comparison of two snapshots", middle("comparison"), "s", 3),
        at_most("segments: live count, p95 of 50 trees", middle("count_p95"), "s", 1,
                note=f"slowest {slowest['seconds']:.2f} s: {', '.join(slowest['fields'])}"),
        information("segments: live count, median of 50 trees", middle("count_median"), "s"),
        information("segments: a page of members", middle("page"), "s"),
        information("segments: why one customer is in", middle("why"), "s"),
        at_most("segments: queries running at once, during and after ten fast edits",
                max(run["running"] for run in runs), "queries", 1),
        at_most("segments: export of 500,000 members, CSV",
                export["seconds"], "s", 5, note=f"{export['members']:,} members"),
        information("segments: memory that export adds", export["added_mb"], "MB"),
        at_most("segments: memory that all members after the first half million add",
                whole["grown_mb"], "MB", _FLAT, note=f"{whole['members']:,} members"),
        information("segments: members written down as a filter", middle("written"), "s"),
        *tab_rows(bench, "segments"),
    ]  # fmt: skip


def time_segments(trees: int) -> dict[str, Any]:
    """Return seconds of everything but the export, counting so many trees; runs in a child."""
    with _opened() as (warehouse, basis):
        found: dict[str, Any] = {"refresh": _seconds(lambda: _refresh(basis))}
        cache.clear()
        shell_facts()
        found["comparison"] = _seconds(lambda: _compare(basis))
        preview(EVERYBODY, {}, basis)  # what all counts share is remembered from here
        drawn = random_trees(trees + _EDITS, basis)
        found["counts"] = [
            {
                "seconds": _seconds(partial(preview, tree, {}, basis)),
                "fields": [one.field for one in tree.conditions()],
            }
            for tree in drawn[:trees]
        ]
        timings = [one["seconds"] for one in found["counts"]]
        found["count_p95"] = quantiles(timings, n=20, method="inclusive")[-1]
        found["count_median"] = median(timings)
        often = _rule("frequency", "at_least", 2)
        found["page"] = _seconds(lambda: members(often, {}, basis, Page()))
        customer = members(often, {}, basis, Page(rows=1))[0]["customer_id"].iloc[0]
        found["why"] = _seconds(lambda: why(often, {}, basis, customer))
        found["written"] = _seconds(lambda: chosen_segment("rfm-champions"))
        found["running"] = _after_fast_edits(warehouse, drawn[trees:])
        return found


def time_export() -> dict[str, float]:
    """Return what an export of many members takes; runs in a child."""
    with _opened() as (warehouse, basis):
        recency = spread("recency", basis)
        reached = accumulate(recency.customers)
        bins = sum(1 for held in reached if held < _EXPORTED)
        days = recency.edges[min(bins + 1, len(recency.edges) - 2)]
        chosen = selection(_rule("recency", "less_than", int(days)), {}, basis, "Benchmark")
        return _export(warehouse, chosen)


def time_whole_export() -> dict[str, float]:
    """Return what an export of every customer takes; runs in a child."""
    with _opened() as (warehouse, basis):
        spread("recency", basis)  # as much is found out before as for the other export
        return _export(warehouse, selection(EVERYBODY, {}, basis, "Benchmark"))


def _export(warehouse: Warehouse, chosen: Members) -> dict[str, float]:
    # What was needed to find out whom to export is no part of it: the peak begins anew.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, started, lines, early = _memory_mb("VmRSS"), time.perf_counter(), -1, 0.0
    for chunk in csv_chunks(warehouse, export_of(chosen, "generic", "csv")):
        lines += chunk.count(b"\n")
        if not early and lines >= _EXPORTED:
            early = _memory_mb("VmHWM")
    seconds, peak = time.perf_counter() - started, _memory_mb("VmHWM")
    return {
        "seconds": seconds, "members": lines, "added_mb": peak - before,
        "grown_mb": peak - early if early else 0.0,
    }  # fmt: skip


def random_trees(count: int, basis: Basis) -> list[Group]:
    """Return trees of two groups of two conditions each, over every field; always the same."""
    draw = random.Random(1)  # noqa: S311 - not a secret
    made = ("saved", "cluster", "listed")  # by people: not here
    words = [word for word, one in FIELDS.items() if one.kind not in made]
    names = {
        word: spread(word, basis).names
        for word in words
        if FIELDS[word].kind in ("choice", "bought", "named")
    }

    def group() -> dict[str, Any]:
        parts = [_condition(draw.choice(words), names, draw) for _ in range(2)]
        return {
            "mode": draw.choice(["all", "any"]), "negated": draw.random() < 0.2, "parts": parts,
        }  # fmt: skip

    return [
        parse({"mode": draw.choice(["all", "any"]), "parts": [group(), group()]})
        for _ in range(count)
    ]


def _condition(
    word: str, names: Mapping[str, tuple[str, ...]], draw: random.Random
) -> dict[str, Any]:
    field = FIELDS[word]
    made: dict[str, Any] = {"field": word, "operator": draw.choice(field.operators)}
    if field.windowed != "never":
        made["window"] = draw.choice([30, 90, 180, 365])
    if field.roles:
        made["role"] = draw.choice(field.roles)
    if word in names:
        made["value"] = draw.sample(names[word], min(2, len(names[word])))
        return made
    if field.kind == "date":
        drawn: list[Any] = [f"2025-{draw.randint(1, 6):02}-01", f"2025-{draw.randint(7, 12):02}-01"]
    else:
        low, high = _NUMBERS.get(word, (1, 5))
        drawn = sorted(draw.uniform(low, high) for _ in range(2))
        drawn = [round(one) if field.whole else round(one, 2) for one in drawn]
    made["value"] = drawn if made["operator"] == "between" else drawn[0]
    return made


def _rule(field: str, operator: str, value: float) -> Group:
    return parse({"mode": "all", "parts": [{"field": field, "operator": operator, "value": value}]})


def _compare(basis: Basis) -> None:
    earlier = (basis.data.newest_at - timedelta(days=90)).date()
    rfm_movements(basis.filters, basis.options, earlier, DEFAULT_MAP, basis.data)


def _refresh(basis: Basis) -> None:
    rfm_segments(basis.filters, basis.options, DEFAULT_MAP, basis.data)


def _after_fast_edits(warehouse: Warehouse, trees: Sequence[Group]) -> int:
    """
    Return the most statements of the builder that ever ran at once, during edits and after.

    Each edit is asked as the page does: the rule, and when it is answered how its fields are
    spread and a page of members, side by side.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    page = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}

    def ask(work: Callable[[], Any]) -> Any:
        with app.app_context():
            return work()

    with ThreadPoolExecutor(2 * len(trees)) as pool:

        def edit(question: dict[str, Any]) -> None:
            answered = ask(lambda: answer_rule(question))[-1]
            if isinstance(answered, dict):  # not replaced meanwhile
                asked.append(pool.submit(ask, lambda: answer_spreads({}, question)))
                asked.append(pool.submit(ask, lambda: list_members(page, answered)))

        asked: list[Future[Any]] = []
        most = 0
        for number, tree in enumerate(trees, 1):
            rule = _keyed(to_json(tree))
            question = {"rule": rule, "reader": "benchmark", "number": number}
            asked.append(pool.submit(edit, question))
            most = max(most, _running(warehouse))
            time.sleep(_BETWEEN_EDITS)
        while not all(one.done() for one in asked):
            most = max(most, _running(warehouse))
            time.sleep(_BETWEEN_LOOKS)
        for one in asked:
            one.result()
    return most


def _keyed(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule as the browser holds it."""
    keyed = {**node, "key": secrets.token_hex(4)}
    return {**keyed, "parts": [_keyed(one) for one in node["parts"]]} if "parts" in node else keyed


def _running(warehouse: Warehouse) -> int:
    rows = warehouse.rows(
        "SELECT count() FROM system.processes"
        " WHERE extract(Settings['log_comment'], 'reader=benchmark ') != ''"
    )
    return int(rows[0][0])


@contextmanager
def _opened() -> Iterator[tuple[Warehouse, Basis]]:
    warehouse = open_warehouse(AppConfig.from_env())
    use_warehouse(warehouse)
    app = Flask("benchmark")
    cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
    try:
        with app.app_context():
            facts = shell_facts()
            yield warehouse, Basis(facts.default_filters(), RfmOptions(), facts.data)
    finally:
        use_warehouse(None)
        warehouse.close()


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _memory_mb(what: str) -> float:
    """Return what the kernel says this process holds (VmRSS), or held at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith(what)) * 1024 / 1e6
