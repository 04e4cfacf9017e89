"""Basket rules at reference scale: pairs, levels with rules, large baskets, others beside."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from flask import Flask

from analytics.reports._basket_mining import mine
from analytics.reports._cache import cache, current_version
from analytics.reports._warehouse import use_warehouse
from analytics.reports.baskets import finished, mine_and_keep
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.shell import shell_facts
from callbacks._baskets_views import question_of
from clickhouse_schema.baskets.scratch import begin, count_level, end, new_attempt
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.baskets import basket_half, basket_level
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import run_child
from dashboard.benchmarks._rows import Row, at_least, at_most, information
from dashboard.benchmarks._shuffles import shuffle_rows
from dashboard.benchmarks._tabs import slices, tab_rows
from dashboard.config import AppConfig

TITLE = "pairs of all products, levels 1 to 3 with rules, large baskets, mlxtend beside ours"
_EVER = Filters(date(1971, 1, 1), date(2105, 1, 1))
_LEAST = 9  # baskets a pair is in
_LARGE, _LINES = 100, 500  # baskets added, and lines of each
_THEIRS_MB = 1500  # of the table mlxtend is given
_THEIRS_SUPPORT = 1e-3


def measure(bench: Bench) -> list[Row]:
    """Return seconds and memory of mining, cold, and what of the planted truth is found."""
    folder, runs = bench.reference.folder, range(min(bench.runs, 3))
    ended = [run_child("baskets:time_mining", {}, folder) for _ in runs]
    answers = [one.answer for one in ended]
    large = run_child("baskets:time_large", {}, folder).answer
    others = run_child("baskets:time_others", {}, folder).answer
    run_child("baskets:mine_slices", {"quick": bench.quick}, folder)

    def middle(name: str) -> float:
        return float(median(one[name] for one in answers))

    rows = [
        at_most("baskets: pairs over all products", middle("pairs"), "s", 2,
                note=f"{answers[0]['items']:,} products in {answers[0]['baskets']:,} orders; "
                f"{middle('pairs_busy'):.1f} s of processor time over all cores"),
        at_most("baskets: levels 1 to 3 with rules", middle("rules"), "s", 10,
                note=f"{answers[0]['found']:,} rules; {middle('rules_busy'):.1f} s of processor "
                "time over all cores"),
        at_most("baskets: memory of mining", max(one.peak_mb for one in ended), "MB", 2000),
        at_most("baskets: time 100 baskets of 500 lines add", large["added"], "%", 20,
                note=f"processor {large['without']:.2f} s without, {large['with']:.2f} s with"),
        at_least("baskets: planted pairs found", 100 * answers[0]["planted_found"], "%", 95),
        at_most("baskets: unplanted among the top hundred", answers[0]["unplanted"], "pairs", 5),
    ]  # fmt: skip
    note = others["note"]
    rows += [
        information(f"baskets: {name}, same slice", seconds, "s", note=note)
        for name, seconds in others["seconds"].items()
    ]
    return rows + shuffle_rows(bench) + tab_rows(bench, "baskets")


def time_mining() -> dict[str, Any]:
    """Return seconds to pairs and to rules, and what of the truth was found; in a child."""
    with _opened() as warehouse:
        slots = _slots(_EVER)
        busy = [time.process_time()]
        pairs = _seconds_to_pairs(warehouse, slots)
        busy.append(time.process_time())
        started = time.perf_counter()
        mined = mine(warehouse, new_attempt(), slots, lambda *_: None, deepest=3)
        seconds = time.perf_counter() - started
        busy.append(time.process_time())
        planted = {
            frozenset(row)
            for row in warehouse.rows("SELECT product_key_a, product_key_b FROM sample_pairs")
        }
        keys = mined.items["item_key"].tolist()
        rules = mined.rules[mined.rules["left"].map(len) == 1]
        ends = zip(rules["left"], rules["right"], strict=True)
        ranked = list(
            dict.fromkeys(frozenset((keys[left[0]], keys[right])) for left, right in ends)
        )
        return {
            "pairs": pairs,
            "rules": seconds,
            "pairs_busy": busy[1] - busy[0],
            "rules_busy": busy[2] - busy[1],
            "found": len(mined.rules),
            "items": len(keys),
            "baskets": mined.found.count,
            "planted_found": len(planted & set(ranked)) / max(len(planted), 1),
            "unplanted": len(set(ranked[:100]) - planted),
        }


def _seconds_to_pairs(warehouse: Warehouse, slots: dict[str, Any]) -> float:
    """Return how long it takes from order lines to counted pairs."""
    started, attempt = time.perf_counter(), new_attempt()
    try:
        _count_pairs(warehouse, attempt, slots)
        basket_level(warehouse, attempt, 2)
        return time.perf_counter() - started
    finally:
        end(warehouse, attempt)


def _count_pairs(warehouse: Warehouse, attempt: int, slots: dict[str, Any]) -> None:
    times, _ = basket_half(warehouse, slots)
    begin(warehouse, attempt, {**slots, **times})
    count_level(warehouse, attempt, 1, 1)
    count_level(warehouse, attempt, 2, _LEAST)


def time_large() -> dict[str, float]:
    """
    Return by how many per cent a hundred baskets of 500 lines lengthen counting; in a child.

    Of processor time, which other work on the machine does not lengthen.
    """
    with _opened() as warehouse:
        slots = _slots(_EVER)
        attempt = new_attempt()
        timed: dict[str, list[float]] = {"without": [], "with": []}
        try:
            times, _ = basket_half(warehouse, slots)
            begin(warehouse, attempt, {**slots, **times})
            for name in ("without", "with"):
                if name == "with":
                    _add_large(warehouse, attempt)
                for _ in range(3):
                    started = time.process_time()
                    warehouse.command(
                        "ALTER TABLE basket_counts DELETE WHERE attempt = {attempt:UInt64}"
                        " SETTINGS mutations_sync = 2",
                        {"attempt": attempt},
                    )
                    cleared = time.process_time() - started
                    count_level(warehouse, attempt, 1, 1)
                    count_level(warehouse, attempt, 2, _LEAST)
                    timed[name].append(time.process_time() - started - cleared)
        finally:
            end(warehouse, attempt)
        without, with_ = min(timed["without"]), min(timed["with"])
        return {"without": without, "with": with_, "added": 100 * (with_ / without - 1)}


def _add_large(warehouse: Warehouse, attempt: int) -> None:
    warehouse.command(
        "INSERT INTO basket_sets SELECT {attempt:UInt64}, false, 0, groupUniqArray(item) FROM"
        " (SELECT number % {baskets:UInt32} AS basket, toUInt32(1 + cityHash64(number) % 60000)"
        "  AS item FROM numbers({lines:UInt64})) GROUP BY basket",
        {"attempt": attempt, "baskets": _LARGE, "lines": _LARGE * _LINES},
    )


def time_others() -> dict[str, Any]:
    """Return seconds of mlxtend and of ours for the largest slice mlxtend can hold; in a child."""
    from mlxtend.frequent_patterns import apriori, fpgrowth

    with _opened() as warehouse:
        orders, items = _slice_for_others(warehouse)
        rows = warehouse.rows(
            "SELECT groupUniqArray(product_key) FROM order_lines WHERE kind = 'sale' AND is_product"
            " AND order_key IN (SELECT order_key FROM orders WHERE is_order"
            "  ORDER BY ordered_at, order_key LIMIT {orders:UInt32})"
            " AND product_key IN (SELECT product_key FROM product_days GROUP BY product_key"
            "  ORDER BY sum(sale_lines) DESC, product_key LIMIT {items:UInt32}) GROUP BY order_key",
            {"orders": orders, "items": items},
        )
        baskets = [sorted(row[0]) for row in rows]
        least = max(int(_THEIRS_SUPPORT * len(baskets)), 2)
        seconds = {"ours": _ours(warehouse, baskets, least)}
    keys = np.unique(np.concatenate([np.array(one, np.uint64) for one in baskets]))
    held = np.zeros((len(baskets), len(keys)), dtype=bool)
    lines = np.repeat(np.arange(len(baskets)), [len(one) for one in baskets])
    held[lines, np.searchsorted(keys, np.concatenate([np.array(one, np.uint64)
                                                      for one in baskets]))] = True  # fmt: skip
    table = pd.DataFrame(held)
    for name, function, more in (
        ("mlxtend apriori", apriori, {"low_memory": True}), ("mlxtend fpgrowth", fpgrowth, {}),
    ):  # fmt: skip
        started = time.perf_counter()
        found = function(table, min_support=(least - 0.5) / len(table), max_len=3, **more)
        seconds[name] = time.perf_counter() - started
    return {
        "seconds": seconds,
        "note": f"{len(baskets):,} orders x {len(keys):,} products, {held.nbytes / 1e6:,.0f} MB for"
        f" mlxtend, in {least} orders at least: {len(found):,} sets",
    }


def _slice_for_others(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many orders and products make the largest table that is given to mlxtend."""
    items = int(warehouse.rows("SELECT uniqExact(product_key) FROM product_days")[0][0])
    orders = int(warehouse.rows("SELECT count() FROM orders WHERE is_order")[0][0])
    return min(orders, _THEIRS_MB * 1_000_000 // items), items


def _ours(warehouse: Warehouse, baskets: Sequence[Sequence[int]], least: int) -> float:
    """Return seconds to count the same baskets up to sets of three, put in as they are."""
    keys = {key: number for number, key in enumerate({one for row in baskets for one in row}, 1)}
    attempt = new_attempt()
    rows = [(attempt, False, 0, [keys[one] for one in row]) for row in baskets]
    try:
        warehouse.insert_rows("basket_sets", rows, ["attempt", "late", "stretch", "items"])
        started = time.perf_counter()
        for level in (1, 2, 3):
            count_level(warehouse, attempt, level, least)
            basket_level(warehouse, attempt, level, least=least)
        return time.perf_counter() - started
    finally:
        end(warehouse, attempt)


def mine_slices(quick: bool) -> None:
    """Mine what the tab is asked for afterwards: its views show what was found; in a child."""
    with _opened():
        facts = shell_facts()
        for asked in slices(facts, quick).values():
            word = None if asked.segment is None else asked.segment.word
            filters = asked if word is None else replace(asked, segment=chosen_segment(word))
            question = question_of(filters, facts, "product", "0")
            if finished(question) is None:
                mine_and_keep(question, current_version(), lambda *_: None)


def _slots(filters: Filters) -> dict[str, Any]:
    return {**filters.as_params(), "by_category": 0, "days": 0}


@contextmanager
def _opened() -> Iterator[Warehouse]:
    warehouse = open_warehouse(AppConfig.from_env())
    use_warehouse(warehouse)
    app = Flask("benchmark")
    cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
    try:
        with app.app_context():
            yield warehouse
    finally:
        use_warehouse(None)
        warehouse.close()
