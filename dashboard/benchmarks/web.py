"""Starting, memory and what a visit costs, over the reference data."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import BenchError, run_child, run_command
from dashboard.benchmarks._rows import Row, at_most, below, information, unmeasured
from dashboard.benchmarks._served import Served, serving
from dashboard.static import find_plotly, package_folder

TITLE = "start, idle memory, bytes and paint of a visit, cached answers"
_START, _IDLE = 3, 700  # seconds, MB
_STOCK, _BUILT, _SECOND = 2.3, 1.4, 50  # MB, MB, kB
_PAINT = 1500  # ms
_CALM = 9.0  # seconds until a server that just began is idle and has loaded what it loads later
_LOADED = 4.0  # seconds of requests
_CALLBACKS = "/_dash-update-component"


def measure(bench: Bench) -> list[Row]:
    """Return what it takes to start, to be idle, to be visited and to answer from the cache."""
    folder = bench.reference.folder
    run_command(["prepare"], folder)
    with _plotly(folder, _stock_plotly()):
        rows = _start_rows(bench, folder)
        with serving(folder) as served:
            time.sleep(0 if bench.quick else _CALM)
            rows += _idle_rows(served)
            visit = _visit(served, bench.runs)
            rows += _visit_rows(visit)
            rows += _cached_rows(served, visit, 0.2 if bench.quick else _LOADED)
            time.sleep(0 if bench.quick else _CALM)
            rows += _used_rows(served)
    return rows + _built_rows(bench, folder)


def _start_rows(bench: Bench, folder: Path) -> list[Row]:
    seconds = []
    for _ in range(bench.runs):
        with serving(folder) as served:
            seconds.append(served.start_seconds)
    each = {f"run {number + 1}": value for number, value in enumerate(seconds)}
    prepared = median(run_command(["prepare"], folder).seconds for _ in range(bench.runs))
    return [
        at_most("web: start to first page answered", median(seconds), "s", _START, detail=each),
        information("web: prepare with data present", prepared, "s",
                    note="what script/server runs before it serves"),
    ]  # fmt: skip


def _idle_rows(served: Served) -> list[Row]:
    name = "web: memory, idle"
    try:
        return [below(name, served.memory_mb(), "MB", _IDLE, note="all processes, shared once")]
    except BenchError as error:
        return [unmeasured(name, "MB", f"< {_IDLE}", str(error))]


def _used_rows(served: Served) -> list[Row]:
    try:
        return [information("web: memory, after visits", served.memory_mb(), "MB")]
    except BenchError as error:
        return [unmeasured("web: memory, after visits", "MB", "", str(error))]


def _visit(served: Served, runs: int) -> dict[str, Any]:
    arguments = {"url": served.url, "runs": runs}
    answer: dict[str, Any] = run_child("_browser:visit", arguments, Path()).answer
    return answer


def _visit_rows(visit: dict[str, Any]) -> list[Row]:
    first, second = "web: first view, stock plotly.js", "web: second visit"
    paint, revisit = "web: first contentful paint", "web: revisit of a tab"
    if "missing" in visit:
        why = visit["missing"]
        return [
            unmeasured(first, "MB", f"<= {_STOCK}", why),
            unmeasured(second, "kB", f"< {_SECOND}", why),
            unmeasured(paint, "ms", f"<= {_PAINT:,}", why),
            unmeasured(revisit, "calls", "<= 0", why),
        ]
    return [
        at_most(first, median(visit["first_bytes"]) / 1e6, "MB", _STOCK),
        below(second, median(visit["second_bytes"]) / 1e3, "kB", _SECOND),
        at_most(paint, median(visit["paint_ms"]), "ms", _PAINT),
        information("web: first view drawn", median(visit["quiet_ms"]), "ms",
                    note="everything in view, answers remembered from the run before"),
        at_most(revisit, len(visit["revisits"]), "calls", 0,
                detail={text[:200]: 1 for text in visit["revisits"]}),
    ]  # fmt: skip


def _built_rows(bench: Bench, folder: Path) -> list[Row]:
    """Return the first view with the plotly.js of `script/assets`, if it has made one."""
    name = "web: first view, built plotly.js"
    built = find_plotly(bench.folder.parent)
    if built == _stock_plotly():
        return [unmeasured(name, "MB", f"<= {_BUILT}", "script/assets has not made one")]
    with _plotly(folder, built), serving(folder) as served:
        visit = _visit(served, bench.runs)
    if "missing" in visit:
        return [unmeasured(name, "MB", f"<= {_BUILT}", visit["missing"])]
    return [
        at_most(name, median(visit["first_bytes"]) / 1e6, "MB", _BUILT),
        information("web: first paint, built plotly.js", median(visit["paint_ms"]), "ms"),
    ]


def _cached_rows(served: Served, visit: dict[str, Any], seconds: float) -> list[Row]:
    name = "web: remembered views per second"
    body = visit.get("question")
    if not body:
        return [unmeasured(name, "1/s", "", visit.get("missing", "no tile asked anything"))]
    asked = {"port": served.port, "path": _CALLBACKS, "body": body, "seconds": seconds}
    figure = run_child("_requests:requests_per_second", asked, Path()).answer
    return [information(name, figure, "1/s", note="8 connections, the asking on the same cores")]


def _stock_plotly() -> Path:
    return package_folder("plotly") / "package_data" / "plotly.min.js"


@contextmanager
def _plotly(folder: Path, file: Path) -> Iterator[None]:
    """Let a server on this data folder serve this plotly.js."""
    place = folder / "static" / "plotly.min.js"
    place.parent.mkdir(exist_ok=True)
    shutil.copyfile(file, place)
    try:
        yield
    finally:
        shutil.rmtree(place.parent)
