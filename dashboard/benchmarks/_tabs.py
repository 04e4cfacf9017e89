"""
Asks a tab everything its page asks, in a process of its own, and times it.

The tab's callbacks run as they do in the server, JSON and all, without the
network between: every callback of the tab that writes a tile's view is sent
the question the browser would send, six at a time, as a browser does.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from importlib import import_module
from statistics import median
from typing import Any

from dash import Dash
from flask import Flask

from analytics.reports._cache import cache
from analytics.reports.shell import ShellFacts, shell_facts
from clickhouse_schema.filters import ChosenSegment, Filters
from dashboard.app import create_app, open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import BenchError, run_child
from dashboard.benchmarks._rows import Row, at_most, information
from dashboard.config import AppConfig
from dashboard.warming import keep_for_good

GROUPING_ID = "benchmark0000000"  # of the grouping that the benchmark of groups keeps
# What the browser puts into a tab's own stores before its tiles ask: (id, property) -> value.
_STORES: Mapping[str, dict[tuple[str, str], Any]] = {
    "segments": {("segments-rfm-asked", "data"): {}},
    "clusters": {("clusters-found", "data"): {"id": GROUPING_ID}},
}
Timings = dict[str, dict[str, float]]  # slice -> query, or what -> milliseconds
SIDE_BY_SIDE = 6  # requests a browser has open to one server
_REPEATS = 5  # of a remembered answer, within one process
_MOST_RUNS = 3  # processes; each asks everything once


def tab_rows(
    bench: Bench,
    word: str,
    *,
    query_bar: float = 300,
    cold_bar: float = 1000,
    warm_bar: float = 50,
    most_runs: int = _MOST_RUNS,
) -> list[Row]:
    """
    Return the rows of a tab: its slowest query, its whole data cold and remembered.

    A query is timed alone, once per process, its answer not remembered; a tab
    with all its views, as many at a time as a browser asks. Each figure is the
    median over processes.

    Args:
        query_bar, cold_bar, warm_bar: Milliseconds.
        most_runs: Processes of each kind; every one of them asks everything there is.
    """
    runs = range(min(bench.runs, most_runs))
    folder = bench.reference.folder
    asked = {"word": word, "quick": bench.quick}
    if bench.quick:  # a process costs more than all that is asked in it
        both = run_child("_tabs:time_both", {"word": word}, folder).answer
        alone, whole = [both["queries"]], [both["views"]]
    else:
        alone = [run_child("_tabs:time_queries", asked, folder).answer for _ in runs]
        whole = [run_child("_tabs:time_views", asked, folder).answer for _ in runs]
    queries = _medians(alone)
    cold, warm, views = (
        _medians([run[name] for run in whole]) for name in ("cold", "warm", "alone")
    )
    # A tab may draw only what was computed before, and ask nothing itself.
    slowest = max(queries, key=lambda name: queries[name], default="none")
    usual = cold.pop("usual: whole tab")
    widest = max(cold, key=lambda name: cold[name])
    longest = max(warm, key=lambda name: warm[name])
    return [
        at_most(f"{word}: slowest query, cold", queries.get(slowest, 0.0), "ms", query_bar,
                note=f"{slowest}, of {len(queries)}", detail=queries),
        at_most(f"{word}: whole tab, cold", usual, "ms", cold_bar, note="the usual period"),
        at_most(f"{word}: whole tab, cold, slowest slice", cold[widest], "ms", cold_bar,
                note=widest, detail=cold),
        at_most(f"{word}: whole tab, remembered", warm[longest], "ms", warm_bar,
                note=f"{longest} is slowest", detail=warm),
        information(f"{word}: slowest view on its own, cold", max(views.values()), "ms",
                    note=max(views, key=lambda name: views[name]), detail=views),
    ]  # fmt: skip


def time_queries(word: str, quick: bool) -> Timings:
    """Return milliseconds of every query of a tab, asked alone, by slice; runs in a child."""
    with _opened() as (app, facts):
        return _queries(_Asker(app, word), facts, quick)


def time_views(word: str, quick: bool) -> dict[str, Timings]:
    """
    Return milliseconds of a tab's data by slice; runs in a child.

    Returns:
        `cold` and `warm`: the whole tab, not remembered and remembered;
        `alone`: each callback of the usual slice on its own, not remembered.
    """
    with _opened() as (app, facts):
        return _views(_Asker(app, word), facts, quick)


def time_both(word: str) -> dict[str, Any]:
    """Return what a quick run asks of a tab, all in one process; runs in a child."""
    with _opened() as (app, facts):
        asker = _Asker(app, word)
        return {"queries": _queries(asker, facts, True), "views": _views(asker, facts, True)}


def _queries(asker: _Asker, facts: ShellFacts, quick: bool) -> Timings:
    found: Timings = {}
    for name, filters in slices(facts, quick).items():
        cache.clear()
        shell_facts()
        with _heard_queries() as heard:
            for callback in asker.callbacks:
                asker.ask(callback, filters)
        found[name] = heard
    return found


def _views(asker: _Asker, facts: ShellFacts, quick: bool) -> dict[str, Timings]:
    cold: Timings = {}
    warm: Timings = {}
    for name, filters in slices(facts, quick).items():
        cache.clear()
        shell_facts()
        cold[name] = {"whole tab": asker.ask_all(filters)}
        again = [asker.ask_all(filters) for _ in range(1 if quick else _REPEATS)]
        warm[name] = {"whole tab": median(again)}
    return {"cold": cold, "warm": warm, "alone": {"usual": asker.ask_each(facts)}}


def slices(facts: ShellFacts, quick: bool) -> dict[str, Filters]:
    """
    Return what readers look at: the usual period, parts of it, a month, everything.

    Args:
        quick: Only the usual period, and the slice that other queries answer.
    """
    usual = facts.default_filters()
    today, first = facts.data.today, facts.data.first_day
    usual_at = facts.data.newest_at
    found = {
        "usual": usual,
        "one country": replace(usual, countries=facts.countries[:1]),
        "one channel": replace(usual, channels=facts.channels[:1]),
        "one category": replace(usual, categories=facts.categories[:1]),
        "known only": replace(usual, known_only=True),
        "30 days": replace(usual, start=max(first, today - timedelta(days=30)), end=today),
        "all time": replace(usual, start=first, end=today),
        "against last year": replace(usual, compare="year"),
        # Its word is all that is sent; the members are found, and written down, once per load.
        "a segment": replace(usual, segment=ChosenSegment(1, "rfm-champions", "", usual_at, 0)),
    }
    return {name: found[name] for name in ("usual", "one category")} if quick else found


def as_question(filters: Filters, number: int) -> dict[str, Any]:
    """Return what a tile's gate carries for these filters."""
    held = {**asdict(filters), "start": str(filters.start), "end": str(filters.end)}
    held["segment"] = None if filters.segment is None else filters.segment.word
    return {"filters": held, "reader": "benchmark", "number": number}


class _Asker:
    """Sends a tab's questions to its callbacks."""

    def __init__(self, app: Dash, word: str) -> None:
        self.server: Flask = app.server
        self.values = _values_of_layout(word) | _STORES.get(word, {})
        described = self.server.test_client().get("/_dash-dependencies").json or []
        # What draws a tile a second time, as a switch asks, has a hash behind its output.
        self.callbacks = [
            one for one in described if _draws(one["output"], word) and "@" not in one["output"]
        ]
        self.number = 0
        if not self.callbacks:
            raise BenchError(f"The tab {word} has no callback that draws a tile.")

    def ask(self, callback: Mapping[str, Any], filters: Filters) -> float:
        """Ask one callback and return how long it took, in milliseconds."""
        self.number += 1
        question = as_question(filters, self.number)
        first = callback["inputs"][0]
        body = {
            "output": callback["output"],
            "outputs": _outputs(callback["output"]),
            "inputs": [self._part(one, question) for one in callback["inputs"]],
            "state": [self._part(one, question) for one in callback["state"]],
            "changedPropIds": [f"{first['id']}.{first['property']}"],
        }
        started = time.perf_counter()
        answer = self.server.test_client().post("/_dash-update-component", json=body)
        seconds = time.perf_counter() - started
        if answer.status_code != 200 or '"response":{}' in answer.text:
            raise BenchError(f"{callback['output']} answered {answer.status}: {answer.text[:300]}")
        return seconds * 1000

    def ask_all(self, filters: Filters) -> float:
        """Ask everything, as many at a time as a browser does; return milliseconds."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            started = time.perf_counter()
            list(pool.map(lambda one: self.ask(one, filters), self.callbacks))
            return (time.perf_counter() - started) * 1000

    def ask_each(self, facts: ShellFacts) -> dict[str, float]:
        """Return milliseconds of each callback of the usual slice, nothing remembered."""
        found = {}
        for callback in self.callbacks:
            cache.clear()
            shell_facts()
            found[_tiles(callback["output"])[0]] = self.ask(callback, facts.default_filters())
        return found

    def _part(self, part: Mapping[str, str], question: Mapping[str, Any]) -> dict[str, Any]:
        plain = part["id"]
        known = json.loads(plain) if plain.startswith("{") else plain
        if isinstance(known, dict) and "tile-gate" in known:
            value: Any = question
        else:
            value = self.values.get((plain, part["property"]))
        return {"id": known, "property": part["property"], "value": value}


@contextmanager
def _opened() -> Iterator[tuple[Dash, ShellFacts]]:
    config = AppConfig.from_env()
    warehouse = open_warehouse(config)
    try:
        app = create_app(config, warehouse)
        keep_for_good()
        logging.getLogger("clientele.query").setLevel(logging.INFO)
        yield app, shell_facts()
    finally:
        warehouse.close()


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the milliseconds of a query's line, by the query's name."""
        fields: dict[str, Any] = getattr(record, "fields", {})
        if record.getMessage() == "query":
            self.heard[fields["tag"]] = max(fields["ms"], self.heard.get(fields["tag"], 0.0))


@contextmanager
def _heard_queries() -> Iterator[dict[str, float]]:
    """Collect milliseconds by query, the longest of those run more than once."""
    logger = logging.getLogger("clientele.query")
    listener = _Listener()
    logger.addHandler(listener)
    try:
        yield listener.heard
    finally:
        logger.removeHandler(listener)


def _values_of_layout(word: str) -> dict[tuple[str, str], Any]:
    """Return what the tab's components hold at first: (id, property) -> value."""
    found: dict[tuple[str, str], Any] = {}
    for component in import_module(f"layouts.{word}").layout()._traverse():
        name = getattr(component, "id", None)
        if name is None:
            continue
        key = name if isinstance(name, str) else _as_key(name)
        properties = component.to_plotly_json()["props"]
        found |= {(key, prop): value for prop, value in properties.items() if prop != "children"}
    return found


def _as_key(component_id: Mapping[str, Any]) -> str:
    """Return an id of parts as Dash writes it in its list of callbacks."""
    return json.dumps(component_id, sort_keys=True, separators=(",", ":"))


def _outputs(output: str) -> Any:
    """Return what the browser sends for a callback's outputs."""
    several = output.startswith("..")
    parts = output.strip(".").split("...") if several else [output]
    made = []
    for part in parts:
        plain, _, prop = part.rpartition(".")
        made.append({"id": json.loads(plain) if plain.startswith("{") else plain, "property": prop})
    return made if several else made[0]


def _tiles(output: str) -> list[str]:
    """Return the tiles whose views a callback writes."""
    outputs = _outputs(output)
    ids = [one["id"] for one in (outputs if isinstance(outputs, list) else [outputs])]
    return [one["name"] for one in ids if isinstance(one, dict) and "tile-view" in one]


def _draws(output: str, word: str) -> bool:
    return any(str(name).startswith(f"{word}-") for name in _tiles(output))


def _medians(runs: Sequence[Timings]) -> dict[str, float]:
    """Return the median over runs, by `slice: what`."""
    names = {(slice_, what) for run in runs for slice_, found in run.items() for what in found}
    return {
        f"{slice_}: {what}": round(
            median(run[slice_][what] for run in runs if what in run.get(slice_, {})), 1
        )
        for slice_, what in sorted(names)
    }
