"""`bench`: measure how fast and how small everything is."""

from __future__ import annotations

import argparse
import sys

from dashboard.benchmarks import measure_all, words
from dashboard.benchmarks._bench import SMALL, Bench, machine
from dashboard.benchmarks._children import BenchError
from dashboard.benchmarks._rows import as_json, as_markdown, as_text
from dashboard.config import AppConfig

HELP = "Measure loading, queries, pages and memory at reference scale, against their bars."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument("--only", metavar="WORD", choices=words(), help=", ".join(words()))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, with every single figure")
    form.add_argument("--markdown", action="store_true", help="print the README's table")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="try everything once on a small shop: the figures say nothing about the bars",
    )


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Measure; bars that are missed are told, and are no failure of the command."""
    folder = config.data_dir / "bench"
    bench = Bench(folder, SMALL, runs=1) if arguments.quick else Bench(folder)
    facts = machine()
    chosen = (arguments.only,) if arguments.only else words()
    try:
        rows = measure_all(bench, chosen, told=lambda text: print(text, file=sys.stderr))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The benchmarks cannot work in {folder}: {error.strerror}.", file=sys.stderr)
        return 2
    if arguments.json:
        print(as_json(rows, facts))
        return 0
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print()
    print((as_markdown if arguments.markdown else as_text)(rows))
    return 0
