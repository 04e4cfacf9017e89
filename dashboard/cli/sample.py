"""`sample`: fill the warehouse with a made-up shop to look at."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

from clickhouse_schema.loading.sample import REFERENCE_SCALE, SampleSpec
from dashboard.cli._progress import ProgressBar
from dashboard.config import AppConfig
from dashboard.handover import run_operation

HELP = "Load the sample retailer: a made-up shop of any size, the same for the same seed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    usual = SampleSpec()
    parser.add_argument("--customers", type=int, metavar="N", help=f"default {usual.customers:,}")
    parser.add_argument("--lines", type=int, metavar="N", help=f"default {usual.lines:,}")
    parser.add_argument("--products", type=int, metavar="N", help=f"default {usual.products:,}")
    parser.add_argument("--seed", type=int, metavar="S", default=usual.seed, help="default 1")
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="DAY",
        default=usual.last_day,
        help=f"last day of its 26 months, default {usual.last_day}",
    )
    parser.add_argument(
        "--reference-scale",
        action="store_true",
        help=f"{REFERENCE_SCALE.lines:,} lines, {REFERENCE_SCALE.customers:,} customers, "
        f"{REFERENCE_SCALE.products:,} products",
    )


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Make it, with progress on the terminal."""
    try:
        spec = spec_of(arguments)
    except ValueError as error:
        print(f"There is no such shop: {error}.", file=sys.stderr)
        return 2
    asked = {
        "sample": spec.as_detail(),
        "currency": config.currency,
        "time_zone": config.time_zone,
    }
    bar = ProgressBar("Sample retailer")
    try:
        answer = run_operation(config, "sample", asked, bar)
    finally:
        bar.close()
    print(summary(answer))
    return 0


def summary(answer: Mapping[str, Any]) -> str:
    """Return what came of it, in a few lines."""
    batch, lines = answer["batch_id"], answer["lines"]
    if answer["unchanged"]:
        return (
            f"The same sample retailer is already loaded as batch {batch} ({lines:,} lines): "
            "nothing changed."
        )
    told = [
        f"The sample retailer is loaded as batch {batch}: {lines:,} lines "
        f"in {answer['seconds']:.1f} s.",
        "  kinds: " + ", ".join(f"{count:,} {name}" for name, count in answer["kinds"].items()),
    ]
    if answer["replaced"]:
        told.append(f"  taken out: batch {', '.join(str(old) for old in answer['replaced'])}")
    return "\n".join(told)


def spec_of(arguments: argparse.Namespace) -> SampleSpec:
    """Return what sample the words ask for; ValueError if it makes no shop."""
    usual = REFERENCE_SCALE if arguments.reference_scale else SampleSpec()
    return SampleSpec(
        customers=usual.customers if arguments.customers is None else arguments.customers,
        lines=usual.lines if arguments.lines is None else arguments.lines,
        products=usual.products if arguments.products is None else arguments.products,
        seed=arguments.seed,
        last_day=arguments.until,
    )
