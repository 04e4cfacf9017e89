"""Members written down for many queries: whole or not there, and gone when their time is over."""

from __future__ import annotations

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.members import sets, stream
from clickhouse_schema.members.facts import EVERYBODY, Members
from clickhouse_schema.members.sets import drop_old_sets, found_set, make_set
from clickhouse_schema.members.stream import blocks_of_members

THREE = Members("SELECT arrayJoin([1, 2, 3]) AS customer_key", {})


def partitions(warehouse: Warehouse) -> set[int]:
    """Return the sets that have rows."""
    rows = warehouse.rows("SELECT DISTINCT set_id FROM segment_members")
    return {int(row[0]) for row in rows}


def test_a_set_is_found_by_its_key(either_warehouse: Warehouse) -> None:
    """Whoever made it, in either home; another key is another set."""
    made = make_set(either_warehouse, THREE, set_key="a", data_version=1)

    assert made.customers == 3
    assert found_set(either_warehouse, "a") == made
    assert found_set(either_warehouse, "b") is None


def test_two_makers_at_once_do_no_harm(either_warehouse: Warehouse) -> None:
    """Each has rows of its own; both sets are right, and the first is handed out."""
    first = make_set(either_warehouse, THREE, set_key="a", data_version=1)
    second = make_set(either_warehouse, THREE, set_key="a", data_version=1)

    assert first.set_id != second.set_id
    assert found_set(either_warehouse, "a") in (first, second)
    assert partitions(either_warehouse) == {first.set_id, second.set_id}


def test_a_set_is_there_only_when_it_is_whole(
    empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A maker that dies half-way leaves rows that no key leads to, and they are dropped later."""
    empty_warehouse.command("INSERT INTO segment_members VALUES (7, 1), (7, 2)")
    drop_old_sets(empty_warehouse, 1)

    assert partitions(empty_warehouse) == {7}  # it may still be at it

    monkeypatch.setattr(sets, "GRACE_MINUTES", 0)
    _let_time_pass(empty_warehouse)
    drop_old_sets(empty_warehouse, 1)

    assert partitions(empty_warehouse) == set()


def test_sets_of_replaced_data_are_dropped(
    empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the data in use stay."""
    make_set(empty_warehouse, THREE, set_key="old", data_version=1)
    new = make_set(empty_warehouse, THREE, set_key="new", data_version=2)
    drop_old_sets(empty_warehouse, 2)

    assert len(partitions(empty_warehouse)) == 2  # a question may be on its way

    monkeypatch.setattr(sets, "GRACE_MINUTES", 0)
    _let_time_pass(empty_warehouse)
    drop_old_sets(empty_warehouse, 2)

    assert partitions(empty_warehouse) == {new.set_id}


def test_a_set_is_not_handed_out_when_it_is_old(
    empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made anew well before it is dropped."""
    make_set(empty_warehouse, THREE, set_key="a", data_version=1)
    monkeypatch.setattr(sets, "HANDED_OUT_HOURS", 0)
    _let_time_pass(empty_warehouse)

    assert found_set(empty_warehouse, "a") is None
    assert len(partitions(empty_warehouse)) == 1


def _let_time_pass(warehouse: Warehouse) -> None:
    """Wait until the engine's clock shows a later second."""
    warehouse.command("SELECT sleep(1.1)")


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_members_in_parts_are_all_of_them_in_order(
    either_warehouse: Warehouse, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fit into a part, each member is handed out once, by id, and nothing is left."""
    names = [(1, number * 7 % 11 + 1, f"c{number:02}") for number in range(7)]
    either_warehouse.insert_rows("customers", names, ["batch_id", "customer_key", "customer_id"])
    monkeypatch.setattr(stream, "_AT_ONCE", rows)

    with blocks_of_members(either_warehouse, EVERYBODY, ["customer_id"]) as blocks:
        found = [name for block in blocks for name in block[0]]

    assert found == [f"c{number:02}" for number in range(7)]
    assert partitions(either_warehouse) == set()


def test_a_reader_who_leaves_early_leaves_nothing(
    empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts that were not read are dropped like those that were."""
    names = [(1, number, f"c{number:02}") for number in range(1, 8)]
    empty_warehouse.insert_rows("customers", names, ["batch_id", "customer_key", "customer_id"])
    monkeypatch.setattr(stream, "_AT_ONCE", 2)

    with blocks_of_members(empty_warehouse, EVERYBODY, ["customer_id"]) as blocks:
        next(blocks)

    assert partitions(empty_warehouse) == set()
