"""
The members of a segment written down, so that a dozen queries need not each find them anew.

A set is a cache of the engine, not a stored segment: it belongs to one state of a rule and of
the data, is made at the first question and dropped some days later. Statements read it through
`queries/sql/parts/in_segment.sql` and `sales_by_day.sql`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from clickhouse_schema.asking import current_asking, current_tag
from clickhouse_schema.client import Warehouse
from clickhouse_schema.limits import Limits
from clickhouse_schema.members.facts import Members

# A set is handed out while it is younger than the first, and dropped when older than the second:
# who was given one has two days to ask with it.
HANDED_OUT_HOURS = 24
KEPT_HOURS = 72
# Sets of replaced data stay for questions that are on their way.
GRACE_MINUTES = 15
_HELD = "SELECT customer_key FROM segment_members WHERE set_id = {set_id:UInt64}"
_MOST_WRITTEN = 1_000_000_000
_SQL_DIR = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True)
class MemberSet:
    """Members written down: `set_id` is bound to the slot `segment`; `customers` is how many."""

    set_id: int
    customers: int


def found_set(warehouse: Warehouse, set_key: str) -> MemberSet | None:
    """Return the set that was made of a key, by whatever process; None when there is none."""
    params = {"set_key": set_key, "hours": HANDED_OUT_HOURS}
    rows = warehouse.rows(_statement(warehouse, "segment_set_found"), params)
    return MemberSet(int(rows[0][0]), int(rows[0][1])) if rows else None


def make_set(
    warehouse: Warehouse, members: Members, *, set_key: str, data_version: int
) -> MemberSet:
    """
    Write members down, and what they bought per day; drop sets that are past their time.

    A process that dies meanwhile leaves rows that nothing names; they are dropped later.

    Args:
        warehouse: Where to.
        members: Who; not frozen.
        set_key: What of, for `found_set`; it must change with the rule and the data.
        data_version: Of the data they are made from.

    Raises:
        QueryCancelled: The reader moved on.
        WarehouseError: ClickHouse refused or could not be reached.
    """
    drop_old_sets(warehouse, data_version)
    set_id = secrets.randbelow(2**63 - 1) + 1
    _write_members(warehouse, members, set_id, _limits(warehouse))
    warehouse.command(_statement(warehouse, "segment_days"), {"segment": set_id})
    counted = _count(warehouse, set_id)
    warehouse.insert_rows(
        "segment_sets",
        [(set_id, set_key, data_version, counted)],
        ["set_id", "set_key", "data_version", "customers"],
    )
    return MemberSet(set_id, counted)


@contextmanager
def held_still(warehouse: Warehouse, members: Members, limits: Limits) -> Iterator[Members]:
    """
    Lend the same members written down, for a statement that needs them more than once.

    Frozen ones are lent as they are. What a process that dies meanwhile leaves is dropped with
    the sets that were never finished.

    Args:
        warehouse: Where to.
        members: Who.
        limits: Of the statement that finds them.
    """
    if members.frozen:
        yield members
        return
    set_id = secrets.randbelow(2**63 - 1) + 1
    try:
        _write_members(warehouse, members, set_id, limits)
        yield members.selected_by(_HELD, {"set_id": set_id})
    finally:
        _drop_members(warehouse, set_id)


@contextmanager
def held_in_parts(
    warehouse: Warehouse, members: Members, limits: Limits, rows: int
) -> Iterator[list[Members]]:
    """
    Lend the same members written down in parts of some `rows` each, in the order of their ids.

    Frozen ones, and those that are no more than one part, are lent whole.
    """
    with held_still(warehouse, members, limits) as held:
        count = 0 if held.frozen else _count(warehouse, int(held.params["set_id"]))
        if count <= rows:
            yield [held]
            return
        first = secrets.randbelow(2**62) + 1
        ids = range(first, first + -(-count // rows))
        try:
            warehouse.command(
                f"{_text('members_in_parts')}\n{limits.clause(tagged('segment_members'))}",
                {**held.params, "first": first, "rows": rows},
            )
            yield [members.selected_by(_HELD, {"set_id": set_id}) for set_id in ids]
        finally:
            for set_id in ids:
                _drop_members(warehouse, set_id)


def _count(warehouse: Warehouse, set_id: int) -> int:
    sql = "SELECT count() FROM segment_members WHERE set_id = {set_id:UInt64}"
    return int(warehouse.command(sql, {"set_id": set_id}))


def _drop_members(warehouse: Warehouse, set_id: int) -> None:
    warehouse.command(f"ALTER TABLE segment_members DROP PARTITION {int(set_id)}")


def _write_members(warehouse: Warehouse, members: Members, set_id: int, limits: Limits) -> None:
    warehouse.command(
        "INSERT INTO segment_members\n"
        f"SELECT {{set_id:UInt64}} AS set_id, customer_key FROM (\n{members.text}\n)\n"
        f"{limits.clause(tagged('segment_members'))}",
        {**members.params, "set_id": set_id},
    )


def drop_old_sets(warehouse: Warehouse, data_version: int) -> None:
    """
    Forget sets that are too old, of replaced data, or were never finished.

    Args:
        warehouse: Where.
        data_version: The one in use.
    """
    params: Mapping[str, Any] = {
        "database": warehouse.home.database, "data_version": data_version,
        "hours": KEPT_HOURS, "grace": GRACE_MINUTES,
    }  # fmt: skip
    for table, partition in warehouse.rows(_statement(warehouse, "segment_sets_gone"), params):
        warehouse.command(f"ALTER TABLE {table} DROP PARTITION {int(partition)}")


def _statement(warehouse: Warehouse, name: str) -> str:
    return f"{_text(name)}\n{_clause(warehouse, name)}"


def tagged(name: str) -> str:
    """Return the tag of a statement with whom it is for, so that a job's can be ended."""
    return f"{name} {current_tag()}".rstrip()


def _clause(warehouse: Warehouse, name: str) -> str:
    return _limits(warehouse).clause(tagged(name))


def _limits(warehouse: Warehouse) -> Limits:
    """Return the limits of a statement about to run; stops if its reader has moved on."""
    asking = current_asking()
    if asking is not None:
        asking.check()
    return replace(warehouse.limits, result_rows=_MOST_WRITTEN)


@cache
def _text(name: str) -> str:
    return (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()
