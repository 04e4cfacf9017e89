"""Fixtures that every room of the tests uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.reports._cache import forget_version
from analytics.reports._warehouse import use_warehouse
from clickhouse_schema.client import Warehouse
from clickhouse_schema.home import Home
from clickhouse_schema.migrate import migrate

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data sets; tests that need it fail in CI when it is missing."""
    folder = Path(os.environ.get("CLIENTELE_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        message = f"no data sets at {folder}: set CLIENTELE_TEST_DATA to their folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """
    The one embedded warehouse of this process, migrated.

    The engine takes one data folder per process, so every test shares it: use
    `empty_warehouse` to find nothing in it, and a child process for another folder.
    """
    opened = Warehouse.open(Home.of(None, tmp_path_factory.mktemp("embedded")))
    migrate(opened)
    use_warehouse(opened)
    yield opened
    use_warehouse(None)
    opened.close()


@pytest.fixture
def empty_warehouse(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The shared warehouse with nothing loaded, before and after the test."""
    empty(warehouse)
    yield warehouse
    empty(warehouse)


def empty(warehouse: Warehouse) -> None:
    """Take every row out of every table but the ledger of migrations."""
    tables = warehouse.rows(
        "SELECT name FROM system.tables WHERE database = {database:String}"
        " AND name != 'schema_migrations' AND engine LIKE '%MergeTree'",
        {"database": warehouse.home.database},
    )
    for (table,) in tables:
        warehouse.command(f"TRUNCATE TABLE {table}")
    forget_version()
