"""`info`: what is loaded."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from dashboard.config import AppConfig
from dashboard.handover import run_operation

HELP = "Print what is loaded, before and after the rules."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Print every batch, then all of them together."""
    answer = run_operation(config, "info", {})
    if arguments.json:
        print(json.dumps(answer, indent=2))
        return 0
    if answer["total"] is None:
        print("Nothing is loaded. 'python -m dashboard load FILE' loads order lines.")
        return 0
    for batch in answer["batches"]:
        print(f"Batch {batch['batch_id']}: {batch['source_name']}, loaded {batch['loaded_at']} UTC")
        print(_told(batch))
    if len(answer["batches"]) > 1:
        print("All batches")
        print(_told(answer["total"]))
    return 0


def _told(part: Mapping[str, Any]) -> str:
    raw, clean = part["raw"], part["clean"]
    rows = [
        f"  {'':<24}{'before any rule':>20}{'after the rules':>20}",
        *(
            f"  {name:<24}{raw[name]:>20,}{clean[name]:>20,}"
            for name in ("lines", "invoices", "customers", "products")
        ),
        f"  {'first':<24}{raw['first_at']:>20}{clean['first_at']:>20}",
        f"  {'last':<24}{raw['last_at']:>20}{clean['last_at']:>20}",
        f"  {'quantity x price ' + part['currency']:<24}{raw['amount']:>20,.3f}"
        f"{clean['amount']:>20,.3f}",
    ]
    rows += [f"  left out: {rule:<24}{n:>10,}" for rule, n in part["left_out"].items()]
    rows.append(f"  exact duplicates (count): {part['duplicates']:>8,}")
    rows.append(f"  rejected rows: {part['rejected_rows']:>19,}")
    rows += [f"    {reason:<28}{count:>10,}" for reason, count in part["rejected"].items()]
    return "\n".join(rows)
