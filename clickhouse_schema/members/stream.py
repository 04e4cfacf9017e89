"""
Hands out members in blocks, so that two million of them need no more memory than ten thousand.

A stream holds its connection until it is closed; closing it early ends the
query in the engine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.limits import Limits
from clickhouse_schema.members.facts import Members, members_sql
from clickhouse_schema.members.sets import held_in_parts, tagged

log = logging.getLogger("clientele.query")
# A file of everybody may take longer than a view.
EXPORT_LIMITS = Limits(seconds=900, memory_mb=4_000, result_rows=100_000_000)
# Members whose facts are put together at once: they take memory in the engine until they are
# sorted, which is then the same of two million members as of this many.
_AT_ONCE = 200_000
_NULLS_ARE_EMPTY = ", format_csv_null_representation = ''"


def count_members(warehouse: Warehouse, members: Members) -> int:
    """Return how many customers there are in a selection."""
    sql = (
        f"SELECT uniqExact(customer_key) FROM customers WHERE customer_key IN ({members.text})\n"
        f"{warehouse.limits.clause(tagged('count_members'))}"
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
    with _all_blocks(warehouse, members, facts, comment, as_csv=True) as blocks:
        yield (block[0] for block in blocks)


@contextmanager
def blocks_of_members(
    warehouse: Warehouse, members: Members, facts: Sequence[str], *, comment: str = "export_members"
) -> Iterator[Iterator[Sequence[Sequence[Any]]]]:
    """
    Lend blocks of some ten thousand rows, each a list of columns in the order of `facts`.

    Texts as str, dates as date or None, counts as int, numbers as float or None.
    """
    with _all_blocks(warehouse, members, facts, comment, as_csv=False) as blocks:
        yield blocks


@contextmanager
def _all_blocks(
    warehouse: Warehouse, members: Members, facts: Sequence[str], comment: str, *, as_csv: bool
) -> Iterator[Iterator[Sequence[Sequence[Any]]]]:
    """Lend the blocks of all members: of one part after the other, found once for all of them."""

    def blocks(parts: Sequence[Members]) -> Generator[Sequence[Sequence[Any]], None, None]:
        more = _NULLS_ARE_EMPTY if as_csv else ""
        for part in parts:
            sql = _tagged(members_sql(part, facts, as_csv=as_csv), comment, more)
            with _blocks(warehouse, sql, part, comment) as found:
                yield from found

    with (
        held_in_parts(warehouse, members, EXPORT_LIMITS, _AT_ONCE) as parts,
        closing(blocks(parts)) as found,
    ):
        yield found


@contextmanager
def _blocks(
    warehouse: Warehouse, sql: str, members: Members, comment: str
) -> Iterator[Iterator[Sequence[Sequence[Any]]]]:
    """Lend the blocks of a statement, and log it like every query when it has ended."""
    started = time.perf_counter()
    told: dict[str, Any] = {"tag": comment, "rows": 0, "outcome": "left early"}

    def counted(stream: Any) -> Iterator[Sequence[Sequence[Any]]]:
        for block in stream:
            told["rows"] += len(block[0])
            yield block
        told["outcome"] = "ok"

    try:
        with (
            warehouse.client() as client,
            client.query_column_block_stream(sql, parameters=members.bound) as stream,
        ):
            yield counted(stream)
    except WarehouseError as error:
        told["outcome"] = type(error).__name__
        cause = str(error.__cause__)
        log.warning("query failed", extra={"fields": {"tag": comment, "cause": cause}})
        raise
    finally:
        told["ms"] = round((time.perf_counter() - started) * 1000, 1)
        log.info("query", extra={"fields": told})


def _tagged(sql: str, comment: str, more: str = "") -> str:
    return f"{sql}\n{EXPORT_LIMITS.clause(tagged(comment))}{more}"
