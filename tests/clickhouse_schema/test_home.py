"""Where the warehouse lives, and who may open it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clickhouse_schema.connecting import open_client
from clickhouse_schema.errors import WarehouseInUse, WarehouseUnavailable
from clickhouse_schema.home import EmbeddedLock, Home

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from clickhouse_schema.home import EmbeddedLock
lock = EmbeddedLock(Path(sys.argv[1]))
lock.acquire()
lock.announce(url="http://127.0.0.1:1", token="t")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_in_words(tmp_path, holder):
    """It is told who has the data, and can hand its work over."""
    lock = EmbeddedLock(tmp_path)

    with pytest.raises(WarehouseInUse, match=f"in use by process {holder.pid}"):
        lock.acquire()
    assert lock.owner() == {"pid": holder.pid, "url": "http://127.0.0.1:1", "token": "t"}


def test_a_killed_process_leaves_no_lock(tmp_path, holder):
    """Only the living hold a folder."""
    holder.kill()
    holder.wait()
    lock = EmbeddedLock(tmp_path)
    lock.acquire()

    assert lock.owner()["pid"] != holder.pid
    lock.release()
    assert lock.owner() == {}


def test_the_secret_in_the_lock_is_for_its_owner_only(tmp_path):
    """Nobody else on the machine may read the token."""
    lock = EmbeddedLock(tmp_path)
    lock.acquire()

    assert lock.path.stat().st_mode & 0o077 == 0
    assert json.loads(lock.path.read_text())["pid"] > 0
    lock.release()


@pytest.mark.parametrize(
    ("url", "host", "port", "secure", "database"),
    [
        ("clickhouse://db", "db", 8123, False, "clientele"),
        ("clickhouses://u:p%40s@db/shop", "db", 8443, True, "shop"),
        ("clickhouse://u@[::1]:9/x", "::1", 9, False, "x"),
    ],
)
def test_addresses(url, host, port, secure, database):
    """Everything of an address is used, with the usual ports."""
    home = Home.of(url, Path("var"))

    assert (home.host, home.port, home.secure, home.database) == (host, port, secure, database)
    assert not home.embedded
    assert "p@s" not in home.describe()


@pytest.mark.parametrize("url", ["http://db", "clickhouse://", "db:8123"])
def test_wrong_addresses(url):
    """A wrong address is refused before anything is opened."""
    with pytest.raises(ValueError):
        Home.of(url, Path("var"))


def test_nothing_there_is_told_in_words():
    """A server that does not answer is named, without its password."""
    home = Home.of("clickhouse://u:secret@127.0.0.1:9/x", Path())

    with pytest.raises(WarehouseUnavailable, match=r"127\.0\.0\.1:9/x cannot be reached") as caught:
        open_client(home)
    assert "secret" not in str(caught.value)


def test_a_wrong_password_is_told_in_words(server_url):
    """Being refused is not being away, but the advice covers both."""
    host = server_url.rpartition("@")[2]

    with pytest.raises(WarehouseUnavailable, match="user and password"):
        open_client(Home.of(f"clickhouse://someone:wrong@{host}/x", Path()))
