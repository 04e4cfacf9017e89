"""How fast files become a warehouse, in how much memory; and the sample retailer."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import BenchError, Ended, run_child, run_command
from dashboard.benchmarks._rows import Row, at_least, at_most, below, information
from dashboard.config import AppConfig
from dashboard.handover import run_operation

TITLE = "a Parquet and a CSV file into an empty warehouse, and the sample retailer"
_SPEEDS = {"parquet": 1_000_000, "csv": 600_000}  # lines per second
_MOST_MEMORY = 2000  # MB
_MOST_RUNS = 3  # of a load: each takes many seconds


def measure(bench: Bench) -> list[Row]:
    """Return lines per second and peak memory of both files, and what the sample takes."""
    rows = []
    for kind, bar in _SPEEDS.items():
        rows += _load_rows(bench, kind, bar)
    return rows + _sample_rows(bench)


def load_lines(path: str) -> dict[str, Any]:
    """Load one file as the command `load` does; return its summary."""
    config = AppConfig.from_env()
    options = {"currency": config.currency, "time_zone": config.time_zone,
               "non_products": list(config.non_product_codes)}  # fmt: skip
    return run_operation(config, "load", {"path": path, "options": options})


def _load_rows(bench: Bench, kind: str, bar: int) -> list[Row]:
    runs = [_load_once(bench, kind) for _ in range(min(bench.runs, _MOST_RUNS))]
    speeds = [run.answer["raw_lines"] / run.answer["seconds"] for run in runs]
    whole = median(run.seconds for run in runs)
    busy = median(run.cpu_seconds for run in runs)
    each = {f"run {number + 1}": speed for number, speed in enumerate(speeds)}
    return [
        at_least(f"loading: {kind}", median(speeds), "lines/s", bar, detail=each),
        information(f"loading: {kind}, the whole command", whole, "s", note=_busy(busy)),
        below(
            f"loading: {kind}, peak memory", max(run.peak_mb for run in runs), "MB", _MOST_MEMORY
        ),
    ]


def _load_once(bench: Bench, kind: str) -> Ended:
    path: Path = getattr(bench.reference, kind)
    with bench.empty_folder("loading") as folder:
        ended = run_child("loading:load_lines", {"path": str(path)}, folder)
    if ended.answer["lines"] != bench.reference.lines:
        raise BenchError(
            f"{path.name} has {bench.reference.lines:,} lines, {ended.answer['lines']:,} loaded."
        )
    return ended


def _busy(seconds: float) -> str:
    return f"{seconds:.1f} s of one core's time"


def _sample_rows(bench: Bench) -> list[Row]:
    with bench.empty_folder("sample") as folder:
        usual = run_command(["sample", *(bench.scale if bench.quick else ())], folder)
    made = bench.reference
    note = f"{made.lines:,} lines, {made.customers:,} customers with orders, made once and kept"
    return [
        below("loading: sample, default size", usual.seconds, "s", 10),
        below("loading: sample, reference scale", made.made_seconds, "s", 180, note=note),
        at_most("loading: sample, reference scale, peak memory", made.made_peak_mb, "MB", 4000),
    ]
