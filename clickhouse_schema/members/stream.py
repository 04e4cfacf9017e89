"""
Hands out members in blocks, so that two million of them need no more memory than ten thousand.

A stream holds its connection until it is closed; closing it early ends the
query in the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from clickhouse_schema.client import Limits, Warehouse
from clickhouse_schema.members.facts import Members, members_sql

# A file of everybody may take longer than a view.
EXPORT_LIMITS = Limits(seconds=900, memory_mb=4_000, result_rows=100_000_000)
_NULLS_ARE_EMPTY = ", format_csv_null_representation = ''"


def count_members(warehouse: Warehouse, members: Members) -> int:
    """Return how many customers there are in a selection."""
    sql = (
        f"SELECT uniqExact(customer_key) FROM customers WHERE customer_key IN ({members.text})\n"
        f"{warehouse.limits.clause('count_members')}"
    )
    return int(warehouse.rows(sql, members.bound)[0][0])


@contextmanager
def csv_of_members(
    warehouse: Warehouse, members: Members, facts: Sequence[str], *, comment: str = "export_members"
) -> Iterator[Iterator[Sequence[str]]]:
    """
    Lend the rows as lines of CSV without their ends, in blocks of some ten thousand.

    Text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    sql = _tagged(members_sql(members, facts, as_csv=True), comment, _NULLS_ARE_EMPTY)
    with (
        warehouse.client() as client,
        client.query_column_block_stream(sql, parameters=members.bound) as stream,
    ):
        yield (block[0] for block in stream)


@contextmanager
def blocks_of_members(
    warehouse: Warehouse, members: Members, facts: Sequence[str], *, comment: str = "export_members"
) -> Iterator[Iterator[Sequence[Sequence[Any]]]]:
    """
    Lend blocks of some ten thousand rows, each a list of columns in the order of `facts`.

    Texts as str, dates as date or None, counts as int, numbers as float or None.
    """
    sql = _tagged(members_sql(members, facts), comment)
    with (
        warehouse.client() as client,
        client.query_column_block_stream(sql, parameters=members.bound) as stream,
    ):
        yield iter(stream)


def _tagged(sql: str, comment: str, more: str = "") -> str:
    return f"{sql}\n{EXPORT_LIMITS.clause(comment)}{more}"
