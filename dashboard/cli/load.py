"""`load`: load files of order lines."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clickhouse_schema.loading.columns import CANONICAL, parse_mapping
from dashboard.cli._progress import ProgressBar
from dashboard.config import AppConfig
from dashboard.handover import run_operation

HELP = "Load files of order lines: CSV, Parquet, JSON lines or Excel."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="CANONICAL=THEIRS",
        help=f"say which column is which; canonical names: {', '.join(CANONICAL)}",
    )
    parser.add_argument("--replace", action="store_true", help="take out what was loaded before")
    parser.add_argument("--delimiter", default="", help="between the fields of a CSV")
    parser.add_argument("--encoding", default="", help="of a text file, such as cp1252")
    parser.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        default="",
        help="how to read dates such as 3/4/2025",
    )
    parser.add_argument("--currency", default="", help="ISO 4217 code of the amounts")
    parser.add_argument("--time-zone", default="", help="IANA name of the zone of the times")


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Load each file in turn; the first that fails ends the command."""
    options = {
        "mapping": parse_mapping(arguments.map),
        "delimiter": {"\\t": "\t", "tab": "\t"}.get(arguments.delimiter, arguments.delimiter),
        "encoding": arguments.encoding,
        "dates": arguments.dates,
        "currency": (arguments.currency or config.currency).upper(),
        "time_zone": arguments.time_zone or config.time_zone,
        "non_products": list(config.non_product_codes),
    }
    for number, path in enumerate(arguments.files):
        # Only the first file takes out what was there, or it would take out its companions.
        asked = {**options, "replace": arguments.replace and number == 0}
        bar = ProgressBar(path.name)
        try:
            answer = run_operation(
                config, "load", {"path": str(path.absolute()), "options": asked}, bar
            )
        finally:
            bar.close()
        print(_summary(answer))
    return 0


def _summary(answer: Mapping[str, Any]) -> str:
    name, batch = answer["source_name"], answer["batch_id"]
    if answer["unchanged"]:
        return (
            f"{name} is already loaded as batch {batch} ({answer['lines']:,} lines): "
            "nothing changed. Give --replace to load it again."
        )
    speed = answer["raw_lines"] / max(answer["seconds"], 0.001)
    lines = [
        f"{name} is loaded as batch {batch}: {answer['lines']:,} lines "
        f"in {answer['seconds']:.1f} s ({speed:,.0f} lines/s).",
        "  columns: " + ", ".join(f"{ours} = {its}" for ours, its in answer["columns"].items()),
        "  kinds: " + _counts(answer["kinds"]),
    ]
    if answer["duplicates"]:
        lines.append(f"  exact duplicates: {answer['duplicates']:,} (they count)")
    if answer["rejected"]:
        reasons = _counts(answer["reasons"])
        lines.append(f"  rejected: {answer['rejected']:,} rows ({reasons}); see docs/loading.md")
    if answer["replaced"]:
        out = ", ".join(str(old) for old in answer["replaced"])
        lines.append(f"  taken out: batch {out}")
    lines += [f"  note: {note}" for note in answer["notes"]]
    return "\n".join(lines)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
