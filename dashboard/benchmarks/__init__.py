"""
What `python -m dashboard bench` measures: one module per word.

A public module of this package (one without a leading underscore) is a word of
`--only` and offers

* `TITLE: str`, what it measures, in a few words;
* `measure(bench: Bench) -> list[Row]`, which measures it and returns its rows,
  each named `<word>: <what>`. What cannot be measured here (a tool is missing)
  is a row that says why, never a missing row.

A tab adds the module named by its word; `_tabs.tab_rows` measures the queries
and the views of any tab, so most need a line or two. The figures come from
child processes: the embedded engine takes one data folder per process, and a
process's peak memory is only known when it ends. Nothing asserts on seconds.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType

from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._rows import Row

# Where the words of no tab stand in the table; tabs come between, by name.
_PLACES = {"loading": -2, "web": -1, "peers": 1}


def words() -> tuple[str, ...]:
    """Return the words there are, in the order of the table."""
    found = [module.name for module in pkgutil.iter_modules(__path__)]
    public = [name for name in found if not name.startswith("_")]
    return tuple(sorted(public, key=lambda name: (_PLACES.get(name, 0), name)))


def benchmark(word: str) -> ModuleType:
    """Return the module of a word."""
    return import_module(f"dashboard.benchmarks.{word}")


def measure_all(
    bench: Bench, chosen: Sequence[str], told: Callable[[str], None] | None = None
) -> list[Row]:
    """
    Measure the words of `chosen`, one after the other.

    Args:
        told: Called with what is being measured, in words.

    Raises:
        BenchError: It could not run.
    """
    rows: list[Row] = []
    for word in chosen:
        module = benchmark(word)
        if told is not None:
            told(f"{word}: {module.TITLE}")
        rows += module.measure(bench)
    return rows
