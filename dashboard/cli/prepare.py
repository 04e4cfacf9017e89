"""`prepare`: make the warehouse ready to be looked at, before the server starts."""

from __future__ import annotations

import argparse

from clickhouse_schema.client import Warehouse
from clickhouse_schema.queries.loads import data_state
from dashboard.cli import sample
from dashboard.config import AppConfig
from dashboard.handover import make_ready

HELP = "Bring the tables up to date, and load the sample retailer if nothing is loaded."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command: nothing."""


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Do both; quickly when there is nothing to do."""
    warehouse = Warehouse.open(config.home, config.limits)
    try:
        make_ready(warehouse)
        loaded = data_state(warehouse).orders > 0
    finally:
        warehouse.close()
    if loaded:
        return 0
    print("Nothing is loaded yet: making a sample retailer to look at.", flush=True)
    usual = argparse.ArgumentParser()
    sample.add_arguments(usual)
    return sample.run(config, usual.parse_args([]))
