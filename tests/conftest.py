"""Fixtures that every room of the tests uses."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from analytics.reports._cache import forget_version
from analytics.reports._warehouse import use_warehouse
from analytics.reports.segment_filter import forget_segments
from clickhouse_schema.client import Warehouse
from clickhouse_schema.connecting import open_client
from clickhouse_schema.home import Home
from clickhouse_schema.migrate import migrate

ROOT = Path(__file__).parents[1]
# What takes longest begins first, so that no process is left with it alone at the end.
_LONGEST = ("dashboard/benchmarks", "browser", "dashboard", "clickhouse_schema/rules")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest rooms first; the order within a room stays."""

    def place(item: pytest.Item) -> int:
        room = item.path.relative_to(ROOT / "tests").as_posix()
        starts = (number for number, name in enumerate(_LONGEST) if room.startswith(f"{name}/"))
        return next(starts, len(_LONGEST))

    items.sort(key=place)


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
    forget_segments()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    Address of a ClickHouse server, up to the database.

    TEST_CLICKHOUSE_URL names a real one (its database is not touched; ours are
    made beside it); else the HTTP front over an engine of its own is started.
    """
    real = os.environ.get("TEST_CLICKHOUSE_URL")
    if real:
        parts = urlsplit(real)
        yield f"{parts.scheme}://{parts.netloc}"
        return
    port = free_port()
    folder = tmp_path_factory.mktemp("front")
    front = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "clickhouse_http.py", folder, str(port), "us%er", "p@ss"]
    )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/ping"), front)
        yield f"clickhouse://us%25er:p%40ss@127.0.0.1:{port}"
    finally:
        front.terminate()
        front.wait(timeout=30)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """CLICKHOUSE_URL of a database that is not there yet, and is gone afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    yield f"{server_url}/{name}"
    client = open_client(Home.of(server_url, Path()), create_database=True)
    client.command(f"DROP DATABASE IF EXISTS {name}")
    client.close()


@pytest.fixture
def server_warehouse(database_url: str) -> Iterator[Warehouse]:
    """A migrated, empty warehouse on the server."""
    opened = Warehouse.open(Home.of(database_url, Path()))
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture(params=["embedded", "server"])
def either_warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A migrated, empty warehouse, once in each home."""
    name = "empty_warehouse" if request.param == "embedded" else "server_warehouse"
    found: Warehouse = request.getfixturevalue(name)
    return found


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of its own."""
    program = shutil.which("redis-server")
    assert program, "redis-server is needed: apt install redis-server"
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)

    def up() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    wait_for(up, process)
    yield f"redis://127.0.0.1:{port}/0"
    client.close()
    process.terminate()
    process.wait(timeout=20)


def free_port() -> int:
    """Return a port of this machine that nothing listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Return whether an address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_for(
    ready: Callable[[], bool], process: subprocess.Popen[bytes] | None = None, seconds: float = 30
) -> None:
    """Wait until something is ready; fail when the process ends or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        if process is not None and process.poll() is not None:
            pytest.fail(f"the process ended with {process.returncode}")
        time.sleep(0.05)
    pytest.fail(f"not ready after {seconds} s")
