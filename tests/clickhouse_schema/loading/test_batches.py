"""Batches come and go whole: repeated, replaced, taken out, stopped."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled
from clickhouse_schema.loading.batches import unload
from clickhouse_schema.loading.ledger import batches
from clickhouse_schema.loading.load import Progress, load_file
from tests.clickhouse_schema.loading.order_files import (
    OPTIONS,
    ROWS,
    everything,
    write,
)


def test_same_file_twice_changes_nothing(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """The second time says so; under another name too."""
    path = write(tmp_path / "a.csv", *ROWS)
    first = load_file(empty_warehouse, path, OPTIONS)
    before = everything(empty_warehouse)

    again = load_file(empty_warehouse, path.rename(tmp_path / "b.csv"), OPTIONS)

    assert again.unchanged
    assert again.batch_id == first.batch_id
    assert everything(empty_warehouse) == before


def test_replace_takes_out_what_was_there(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """--replace leaves only the new file, even when it is the same one."""
    first = load_file(empty_warehouse, write(tmp_path / "a.csv", *ROWS), OPTIONS)
    other = write(tmp_path / "b.csv", *ROWS[:2])

    summary = load_file(empty_warehouse, other, replace(OPTIONS, replace=True))
    again = load_file(empty_warehouse, other, replace(OPTIONS, replace=True))

    assert (summary.replaced, again.replaced) == ((first.batch_id,), (summary.batch_id,))
    assert [b.batch_id for b in batches(empty_warehouse, "live")] == [again.batch_id]
    assert empty_warehouse.command("SELECT count() FROM order_lines") == 2


def test_unload_hands_a_continued_order_over(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """An order in two files counts once; taking either file out leaves it counted once."""
    one = write(tmp_path / "1.csv", "a,p,A,1,2024-01-02,1.00,c,X", "b,p,A,1,2024-01-02,1.00,d,X")
    two = write(tmp_path / "2.csv", "a,q,A,1,2024-01-03,5.00,c,X")
    first = load_file(empty_warehouse, one, OPTIONS).batch_id
    load_file(empty_warehouse, two, OPTIONS)
    count = "SELECT sum(is_order) FROM orders"
    assert empty_warehouse.command(count) == 2

    unload(empty_warehouse, first)

    assert empty_warehouse.command(count) == 1
    totals = empty_warehouse.rows("SELECT orders, net_amount FROM customer_totals")
    assert totals == [(1, Decimal("5.0000"))]
    assert load_file(empty_warehouse, one, OPTIONS).lines == 2
    assert empty_warehouse.command(count) == 2


def test_unload_restores_everything(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Loading a file and taking it out leaves every table as it was."""
    load_file(empty_warehouse, write(tmp_path / "1.csv", *ROWS[:2]), OPTIONS)
    before = everything(empty_warehouse)
    batch = load_file(empty_warehouse, write(tmp_path / "2.csv", *ROWS), OPTIONS).batch_id

    unload(empty_warehouse, batch)

    assert everything(empty_warehouse) == before


def test_unknown_batch_is_refused(empty_warehouse: Warehouse) -> None:
    """There is a sentence, not a silence, for a batch that is not there."""
    with pytest.raises(LoadError, match="no batch 7"):
        unload(empty_warehouse, 7)


def test_progress_and_cancel(empty_warehouse: Warehouse, shared_data: Path) -> None:
    """Whoever waits is told how far it is; stopping leaves nothing."""
    told: list[Progress] = []
    cancel = threading.Event()

    def listen(progress: Progress) -> None:
        told.append(progress)
        if progress.stage != "Looking at the file":  # a fast machine loads without a word
            cancel.set()

    with pytest.raises(QueryCancelled):
        load_file(
            empty_warehouse,
            shared_data / "online_retail" / "online_retail.parquet",
            OPTIONS,
            told=listen,
            cancel=cancel,
        )

    assert told[0].stage == "Looking at the file"
    assert all(not rows for rows in everything(empty_warehouse).values())
    assert [b.state for b in batches(empty_warehouse)] == ["failed"]
