"""`unload`: take a batch out."""

from __future__ import annotations

import argparse

from dashboard.config import AppConfig
from dashboard.handover import run_operation

HELP = "Take a loaded batch out again; 'info' lists the batches."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument("batch", type=int, metavar="BATCH", help="number of the batch")


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Take the batch out and say what it was."""
    answer = run_operation(config, "unload", {"batch_id": arguments.batch})
    print(
        f"Batch {answer['batch_id']} ({answer['source_name']}, {answer['lines']:,} lines) is out."
    )
    return 0
