"""`sample`: fill the warehouse with a made-up shop to look at."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.sample import REFERENCE_SCALE, SampleSpec
from clickhouse_schema.loading.sample_batch import load_sample
from clickhouse_schema.migrate import migrate
from dashboard.config import AppConfig

HELP = "Load the sample retailer: a made-up shop of any size, the same for the same seed."
_WIDTH = 30


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
        spec = _spec(arguments)
    except ValueError as error:
        print(f"No such shop: {error}.", file=sys.stderr)
        return 2
    warehouse = Warehouse.open(config.home, config.limits)
    started = time.monotonic()
    try:
        migrate(warehouse)
        batch = load_sample(warehouse, spec, told=show_progress)
    finally:
        warehouse.close()
    seconds = time.monotonic() - started
    print(f"Sample retailer loaded as batch {batch} in {seconds:.1f} s")
    return 0


def show_progress(made: int, wanted: int) -> None:
    """Draw a bar on the terminal; nothing when nobody looks."""
    if not sys.stderr.isatty():
        return
    part = min(1.0, made / max(1, wanted))
    bar = "█" * round(part * _WIDTH)
    end = "\n" if made >= wanted else ""
    print(
        f"\rMaking the sample retailer {bar:·<{_WIDTH}} {made:,} lines",
        end=end,
        file=sys.stderr,
        flush=True,
    )


def _spec(arguments: argparse.Namespace) -> SampleSpec:
    usual = REFERENCE_SCALE if arguments.reference_scale else SampleSpec()
    return SampleSpec(
        customers=usual.customers if arguments.customers is None else arguments.customers,
        lines=usual.lines if arguments.lines is None else arguments.lines,
        products=usual.products if arguments.products is None else arguments.products,
        seed=arguments.seed,
        last_day=arguments.until,
    )
