"""The same questions to pandas, Polars and DuckDB, as ratios to ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.util import find_spec
from statistics import median
from typing import Any

from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import BenchError
from dashboard.benchmarks._rows import Row, information, unmeasured
from dashboard.benchmarks._talk import Peer, talking_to

TITLE = "pandas, Polars and DuckDB on the same file"
_PEERS = {"pandas": "pandas", "Polars": "polars", "DuckDB": "duckdb"}  # name -> package
_QUESTIONS = {
    "days": "revenue and orders per day",
    "customers": "active, new and repeating customers of a year",
    "products": "best products of a year",
}
_READ = "from the file to revenue per day"
_SAME = 1e-6  # relative difference of two sums of money


def measure(bench: Bench) -> list[Row]:
    """
    Return how long each peer takes, as a multiple of ours.

    Every engine first reads the file into its own form; the questions then go
    to all of them in turn, several times.

    Raises:
        BenchError: An engine failed, or two of them disagree.
    """
    present = [name for name, package in _PEERS.items() if find_spec(package) is not None]
    with ExitStack() as stack:
        folder = stack.enter_context(bench.empty_folder("peers"))
        path = bench.reference.parquet
        peers = [stack.enter_context(talking_to(name, path, folder)) for name in ("ours", *present)]
        seconds = _ask_in_turn(peers, bench.runs)
    rows = []
    for name, title in {**_QUESTIONS, "read": _READ}.items():
        rows.append(information(f"peers: {title}, ours", seconds["ours"][name] * 1000, "ms"))
        rows += [_ratio(title, peer, name, seconds) for peer in _PEERS]
    return rows


def _ask_in_turn(peers: list[Peer], runs: int) -> dict[str, dict[str, float]]:
    """Return engine -> question -> median seconds, all answers being equal."""
    _, (start, end) = peers[0].ask("year")
    arguments: dict[str, dict[str, str]] = {
        name: {"start": start, "end": end} for name in _QUESTIONS
    }
    arguments["days"] = {}
    found: dict[str, dict[str, list[float]]] = {peer.name: {} for peer in peers}
    first: dict[str, float] = {}
    for _ in range(runs):
        for question in _QUESTIONS:
            answers = {}
            for peer in peers:
                seconds, answers[peer.name] = peer.ask(question, **arguments[question])
                found[peer.name].setdefault(question, []).append(seconds)
                first.setdefault(peer.name, seconds)
            _check_equal(question, answers)
    medians = {
        name: {question: median(times) for question, times in asked.items()}
        for name, asked in found.items()
    }
    for peer in peers:
        medians[peer.name]["read"] = peer.load_seconds + first[peer.name]
    return medians


def _ratio(title: str, peer: str, name: str, seconds: Mapping[str, Mapping[str, float]]) -> Row:
    row = f"peers: {title}, {peer}"
    if peer not in seconds:
        return unmeasured(row, "x ours", "", f"{peer} is not installed (tests/requirements.txt)")
    theirs, ours = seconds[peer][name], seconds["ours"][name]
    return information(row, theirs / ours, "x ours", detail={"milliseconds": theirs * 1000})


def _check_equal(question: str, answers: Mapping[str, list[list[Any]]]) -> None:
    ours = answers["ours"]
    for name, theirs in answers.items():
        rows = zip(ours, theirs, strict=False)
        if len(ours) != len(theirs) or not all(_same_row(*pair) for pair in rows):
            shown = next((pair for pair in zip(ours, theirs, strict=False) if not _same_row(*pair)),
                         (len(ours), len(theirs)))  # fmt: skip
            raise BenchError(f"{name} disagrees with ours about {_QUESTIONS[question]}: {shown}")


def _same_row(ours: list[Any], theirs: list[Any]) -> bool:
    return all(
        math.isclose(a, b, rel_tol=_SAME) if isinstance(a, float | int) else a == b
        for a, b in zip(ours, theirs, strict=True)
    )
