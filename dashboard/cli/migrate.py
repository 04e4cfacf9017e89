"""`migrate`: bring the tables of the warehouse to what this version expects."""

from __future__ import annotations

import argparse

from clickhouse_schema.client import Warehouse
from clickhouse_schema.migrate import migrate
from clickhouse_schema.schema_picture import SCHEMA_FILE, schema_picture
from dashboard.config import AppConfig

HELP = "Bring the warehouse's tables to what this version expects."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument("--dry-run", action="store_true", help="only say what would be applied")
    parser.add_argument(
        "--write-schema", action="store_true", help="write clickhouse_schema/schema.sql anew"
    )


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """Apply what is pending, or say what it is."""
    warehouse = Warehouse.open(config.home, config.limits)
    try:
        pending = migrate(warehouse, dry_run=arguments.dry_run)
        if arguments.write_schema:
            SCHEMA_FILE.write_text(schema_picture(warehouse), encoding="utf-8")
    finally:
        warehouse.close()
    verb = "would apply" if arguments.dry_run else "applied"
    for migration in pending:
        print(f"{verb} {migration.version:04d}_{migration.name}")
    if not pending:
        print(f"{config.home.describe()} is up to date")
    return 0
