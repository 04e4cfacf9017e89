"""
Brings the tables of a warehouse to the version this code expects.

Migrations are `migrations/NNNN_name.sql`, applied once each, in order, never
changed afterwards: a ledger in the warehouse keeps the checksum of each, and a
file that differs from what was applied stops everything with a clear message.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError, WarehouseNotMigrated

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    version     UInt32,
    name        String,
    checksum    String,
    applied_at  DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1
"""
log = logging.getLogger("clientele.migrate")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file of statements."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, line endings made equal."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements, in order, without comments of their own line."""
        lines = [line for line in self.sql.splitlines() if not line.lstrip().startswith("--")]
        parts = re.split(r";[ \t]*(?:--[^\n]*)?(?:\n|$)", "\n".join(lines) + "\n")
        return [part.strip() for part in parts if part.strip()]


def read_migrations(directory: Path = MIGRATIONS_DIR) -> list[Migration]:
    """
    Return the migrations of a folder, ascending.

    Raises:
        WarehouseError: A name does not fit, or a number is missing or doubled.
    """
    found = []
    for path in sorted(directory.glob("*.sql")):
        match = _NAME.match(path.name)
        if not match:
            raise WarehouseError(f"Migration {path.name} is not named NNNN_name.sql.")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise WarehouseError(f"Migrations in {directory.name} must be numbered 1, 2, 3 ...")
    return found


def applied_checksums(warehouse: Warehouse) -> dict[int, str]:
    """Return version -> checksum of what the warehouse has; empty for a new one."""
    if not warehouse.command("EXISTS TABLE schema_migrations"):
        return {}
    rows = warehouse.rows("SELECT version, checksum FROM schema_migrations ORDER BY version")
    return {int(version): str(checksum) for version, checksum in rows}


def pending_migrations(
    warehouse: Warehouse, migrations: list[Migration] | None = None
) -> list[Migration]:
    """
    Return what is still to be applied.

    Raises:
        WarehouseNotMigrated: An applied file was changed afterwards, or the
            warehouse is newer than this code.
    """
    known = read_migrations() if migrations is None else migrations
    applied = applied_checksums(warehouse)
    newest = max(applied, default=0)
    if newest > len(known):
        raise WarehouseNotMigrated(
            f"The warehouse is at version {newest}, this program knows {len(known)}: "
            "update the program."
        )
    for migration in known[:newest]:
        if applied.get(migration.version) != migration.checksum:
            raise WarehouseNotMigrated(
                f"Migration {migration.version:04d}_{migration.name} was changed after it was "
                "applied. Restore the file; changes go into a new migration."
            )
    return known[newest:]


def migrate(
    warehouse: Warehouse, *, dry_run: bool = False, migrations: list[Migration] | None = None
) -> list[Migration]:
    """
    Apply what is pending and return it; with `dry_run` only return it.

    A migration that fails half-way is not entered in the ledger. Its statements
    say IF NOT EXISTS where that could hinder a second try.
    """
    pending = pending_migrations(warehouse, migrations)
    if dry_run or not pending:
        return pending
    warehouse.command(_LEDGER)
    for migration in pending:
        for statement in migration.statements:
            warehouse.command(statement)
        warehouse.insert_rows(
            "schema_migrations",
            [(migration.version, migration.name, migration.checksum)],
            ["version", "name", "checksum"],
        )
        log.info("migrated", extra={"fields": {"version": migration.version}})
    return pending
