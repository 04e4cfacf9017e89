"""The ledger of migrations, in both homes."""

from __future__ import annotations

from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError, WarehouseNotMigrated
from clickhouse_schema.home import Home
from clickhouse_schema.migrate import (
    Migration,
    applied_checksums,
    migrate,
    pending_migrations,
    read_migrations,
)
from clickhouse_schema.schema_picture import SCHEMA_FILE, schema_picture

FIRST = Migration(
    1, "first", "-- a; comment\nCREATE TABLE one (a UInt8) ENGINE = MergeTree ORDER BY a;"
)
SECOND = Migration(2, "second", "ALTER TABLE one ADD COLUMN b String; -- after\nSELECT ';';")


@pytest.fixture
def bare(database_url):
    """A warehouse without any table."""
    opened = Warehouse.open(Home.of(database_url, Path()))
    yield opened
    opened.close()


def test_each_is_applied_once_in_order(bare):
    """A second run does nothing; what was applied is in the ledger."""
    assert migrate(bare, migrations=[FIRST]) == [FIRST]
    assert migrate(bare, migrations=[FIRST, SECOND]) == [SECOND]
    assert migrate(bare, migrations=[FIRST, SECOND]) == []
    assert applied_checksums(bare) == {1: FIRST.checksum, 2: SECOND.checksum}
    assert bare.rows(
        "SELECT name FROM system.columns WHERE table = 'one'"
        " AND database = currentDatabase() ORDER BY position"
    ) == [("a",), ("b",)]


def test_dry_run_changes_nothing(bare):
    """It only tells what would be applied."""
    assert migrate(bare, dry_run=True, migrations=[FIRST]) == [FIRST]
    assert bare.rows("SHOW TABLES") == []


def test_a_changed_file_stops_everything(bare):
    """What was applied cannot be rewritten afterwards."""
    migrate(bare, migrations=[FIRST])

    with pytest.raises(WarehouseNotMigrated, match="0001_first was changed"):
        migrate(bare, migrations=[Migration(1, "first", "SELECT 2"), SECOND])


def test_line_endings_are_no_change():
    """A checkout on another system has the same checksums."""
    assert Migration(1, "x", "a\r\nb").checksum == Migration(1, "x", "a\nb").checksum


def test_a_newer_warehouse_is_not_touched(bare):
    """An old program says so instead of writing into tables it does not know."""
    migrate(bare, migrations=[FIRST, SECOND])

    with pytest.raises(WarehouseNotMigrated, match="update the program"):
        pending_migrations(bare, [FIRST])


def test_a_failed_migration_is_not_in_the_ledger(bare):
    """It is tried again once it is mended."""
    broken = Migration(2, "second", "ALTER TABLE nowhere ADD COLUMN b String")
    with pytest.raises(WarehouseError):
        migrate(bare, migrations=[FIRST, broken])

    assert list(applied_checksums(bare)) == [1]
    assert migrate(bare, migrations=[FIRST, SECOND]) == [SECOND]


@pytest.mark.parametrize("names", [["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["1_a.sql"]])
def test_numbers_have_no_gap(tmp_path, names):
    """A missing or misnamed file is told at once."""
    for name in names:
        (tmp_path / name).write_text("SELECT 1")

    with pytest.raises(WarehouseError):
        read_migrations(tmp_path)


def test_the_real_ones_apply_in_both_homes(either_warehouse):
    """Nothing is pending after a migration."""
    assert pending_migrations(either_warehouse) == []


def test_the_picture_is_true(warehouse):
    """schema.sql shows today's tables; write it anew with `migrate --write-schema`."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_picture(warehouse)
