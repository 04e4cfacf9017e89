"""What a dead process left behind is put right; what a living one does is left alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading import batches, ledger
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.load import LoadOptions, load_file

FILE = "order_id,ordered_at,product_id,quantity,unit_price\n1,2024-01-02,p,2,3.00\n"
OURS = f"{ledger.OWNER}/1"


def dead_owner() -> str:
    """Name a process of this machine that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{socket.gethostname()}:{ended.pid}:abcd/1"


def unfinished(warehouse: Warehouse, state: str, owner: str, half: str) -> Batch:
    """Enter a batch that came as far as `state`, one of its rows in the table `half`."""
    batch = Batch(9, 1, state, "x.csv", owner=owner)
    ledger.write(warehouse, [batch])
    warehouse.insert_rows(half, [(9, 1)], ["batch_id", "line_no"])
    return batch


@pytest.mark.parametrize(
    ("state", "half"),
    [("loading", "staging_order_lines"), ("publishing", "order_lines"),
     ("unloading", "order_lines")],
)  # fmt: skip
def test_unfinished_batches_go(either_warehouse: Warehouse, state: str, half: str) -> None:
    """Whatever a batch was in the middle of, nothing of it is left."""
    unfinished(either_warehouse, state, dead_owner(), half)

    found = batches.recover(either_warehouse)

    assert [batch.batch_id for batch in found] == [9]
    assert either_warehouse.command(f"SELECT count() FROM {half}") == 0
    (now,) = ledger.batches(either_warehouse)
    assert now.state == ("unloaded" if state == "unloading" else "failed")
    assert batches.recover(either_warehouse) == []


def test_what_lives_is_left_alone(server_warehouse: Warehouse) -> None:
    """A load of this process, of another here, or lately of another machine goes on."""
    elsewhere = "another-machine:1:abcd/1"
    for owner in (OURS, f"{socket.gethostname()}:{os.getppid()}:abcd/1", elsewhere):
        batch = unfinished(server_warehouse, "loading", owner, "staging_order_lines")

        assert batches.recover(server_warehouse) == []
        batches.abandon(server_warehouse, batch, "test")
        server_warehouse.command("TRUNCATE TABLE load_ledger")


def test_another_machine_is_given_up_in_the_end(
    server_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that stood still for very long is nobody's any more."""
    unfinished(server_warehouse, "loading", "another-machine:1:abcd/1", "staging_order_lines")

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(2100, 1, 1, tzinfo=UTC) + timedelta(0)

    monkeypatch.setattr(batches, "datetime", Later)

    assert len(batches.recover(server_warehouse)) == 1


def test_a_process_id_given_again_deceives_nobody(empty_warehouse: Warehouse) -> None:
    """In an embedded home whoever holds the lock is alone, whatever ids look alive."""
    living = f"{socket.gethostname()}:{os.getppid()}:abcd/1"
    unfinished(empty_warehouse, "publishing", living, "order_lines")

    assert len(batches.recover(empty_warehouse)) == 1


def test_live_batches_are_left_alone(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Recovering does not touch what is finished."""
    path = tmp_path / "a.csv"
    path.write_text(FILE)
    load_file(empty_warehouse, path, LoadOptions())
    version = "SELECT count() FROM load_ledger"
    before = empty_warehouse.command(version)

    assert batches.recover(empty_warehouse) == []
    assert empty_warehouse.command(version) == before


def test_two_loaders_never_share_a_number(empty_warehouse: Warehouse) -> None:
    """Numbers rise, whoever asks."""
    first = ledger.begin(empty_warehouse, Batch(0, 0, "loading", "a"))
    second = ledger.begin(empty_warehouse, replace(first, source_name="b"))

    assert (first.batch_id, second.batch_id) == (1, 2)
