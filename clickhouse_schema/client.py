"""
The one way to ask the warehouse anything.

`Warehouse` lends connections; `run_query` runs one named `.sql` file with
typed, server-side parameters, limits and a tag, and returns a frame of fixed
columns and dtypes. Errors of ClickHouse become our own, safe to show.
"""

from __future__ import annotations

import logging
import queue
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from clickhouse_schema.asking import current_asking, current_tag
from clickhouse_schema.connecting import open_client
from clickhouse_schema.ending import check_broken
from clickhouse_schema.errors import (
    QueryCancelled,
    QueryTooHeavy,
    WarehouseError,
    WarehouseNotMigrated,
    WarehouseUnavailable,
)
from clickhouse_schema.home import EmbeddedLock, Home
from clickhouse_schema.limits import Limits
from clickhouse_schema.recording import Statement, replay

SQL_DIR = Path(__file__).parent / "queries" / "sql"
# Codes of ClickHouse's src/Common/ErrorCodes.cpp.
_TOO_HEAVY = {158, 159, 160, 241, 307, 396}
_CANCELLED = {394}
_BUSY = {202, 203, 439}
_UNREACHABLE = {209, 210, 279, 516, 193, 194}
_NOT_MIGRATED = {47, 60, 81}
# A part on a line of its own keeps its indent; inside a line it has none.
_TOLD_CODE = re.compile(r"\bCode: (\d+)\b")
_PART = re.compile(r"(?P<indent>(?:^[ ]+)?)\{\{(?P<name>[a-z_]+)\}\}", re.MULTILINE)
log = logging.getLogger("clientele.query")


class Warehouse:
    """
    Connections to one home, lent one at a time to each thread that asks.

    A connection runs one statement at a time, so as many are opened as
    statements run side by side, and kept for the next.
    """

    def __init__(self, home: Home, limits: Limits | None = None) -> None:
        self.home = home
        self.limits = limits or Limits()
        self.lock: EmbeddedLock | None = None
        self._anchor: Client | None = None
        self._idle: queue.LifoQueue[Client] = queue.LifoQueue()

    @classmethod
    def open(
        cls, home: Home, limits: Limits | None = None, *, create_database: bool = True
    ) -> Warehouse:
        """
        Connect, taking the lock of an embedded home.

        Raises:
            WarehouseInUse: Another process has the embedded home.
            WarehouseUnavailable: Nothing answers there.
        """
        warehouse = cls(home, limits)
        if home.data_dir is not None:
            warehouse.lock = EmbeddedLock(home.data_dir.parent)
            warehouse.lock.acquire()
        try:
            # Never lent: the embedded engine shuts down with its last connection.
            warehouse._anchor = open_client(home, create_database=create_database)
        except Exception:
            warehouse.close()
            raise
        return warehouse

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Lend a connection; a statement's error becomes one of ours."""
        try:
            client = self._idle.get_nowait()
        except queue.Empty:
            client = open_client(self.home)
        try:
            yield client
        except ClickHouseError as error:
            # After a killed statement the embedded engine's connection may give a later
            # one the rest of its bytes: it is not used again.
            client.close()
            asking = current_asking()
            if asking is not None:
                asking.check()  # a killed answer may just break off: nobody waits for it
            raise translate(error) from error
        except BaseException:
            client.close()
            raise
        self._idle.put(client)

    def command(self, sql: str, params: Mapping[str, Any] | None = None) -> Any:
        """Run a statement of our own that returns nothing or one value."""
        with self.client() as client:
            return client.command(sql, parameters=dict(params or {}))

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement of our own; for tooling, not for views."""
        with self.client() as client:
            return [
                tuple(row) for row in client.query(sql, parameters=dict(params or {})).result_rows
            ]

    def insert_rows(
        self, table: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]
    ) -> None:
        """Append rows to a table of ours."""
        with self.client() as client:
            client.insert(table, rows, column_names=list(columns))

    def insert_frame(self, table: str, frame: pd.DataFrame) -> None:
        """Append a frame to a table of ours, column by column; NaN is what is not known."""
        plain = frame.astype(object).where(frame.notna(), None)
        with self.client() as client:
            client.insert(
                table,
                [plain[name].tolist() for name in plain],
                column_names=list(plain),
                column_oriented=True,
            )

    def ping(self) -> bool:
        """Return whether the warehouse answers."""
        try:
            return bool(self.command("SELECT 1") == 1)
        except WarehouseError:
            return False

    def close(self) -> None:
        """Close idle connections and give up the lock."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                break
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None
        if self.lock is not None:
            self.lock.release()
            self.lock = None


def _code(error: ClickHouseError) -> int | None:
    """
    Return the number of an error.

    The driver leaves it out where it found the error at the end of an answer
    that had begun well; there it stands in the text.
    """
    code = getattr(error, "code", None)
    found = _TOLD_CODE.search(str(error)) if code is None else None
    return int(found[1]) if found else code


def translate(error: ClickHouseError) -> WarehouseError:
    """Return our error for one of ClickHouse's."""
    code = _code(error)
    if code in _CANCELLED:
        return QueryCancelled("The query was stopped.")
    if code in _TOO_HEAVY:
        return QueryTooHeavy(
            "That is more than the warehouse may compute at once. "
            "Choose a shorter period or narrower filters."
        )
    if code in _BUSY:
        return WarehouseUnavailable("The warehouse is busy. Try again in a moment.")
    if code in _NOT_MIGRATED:
        return WarehouseNotMigrated(
            "The warehouse has no up-to-date tables. Run 'python -m dashboard migrate'."
        )
    if code in _UNREACHABLE or (code is None and isinstance(error, OperationalError)):
        return WarehouseUnavailable("The warehouse cannot be reached. Try again in a moment.")
    return WarehouseError("The warehouse could not answer. The log has the details.")


@cache
def load_sql(name: str, folder: Path = SQL_DIR) -> str:
    """
    Return the text of `queries/sql/<name>.sql`, without a closing semicolon.

    `{{part}}` stands for the text of `queries/sql/parts/part.sql`: what several
    statements select from, written once.

    Args:
        name: Of the file.
        folder: Where it is, when it is no query.
    """
    text = (folder / f"{name}.sql").read_text(encoding="utf-8").strip().rstrip(";")
    return _PART.sub(_part, text)


def _part(found: re.Match[str]) -> str:
    """Return the part named, indented like the place it is put in."""
    text = load_sql(f"parts/{found['name']}")
    indent = found["indent"]
    return indent + text.replace("\n", f"\n{indent}")


def run_query(
    warehouse: Warehouse,
    name: str,
    params: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    limits: Limits | None = None,
) -> pd.DataFrame:
    """
    Run `queries/sql/<name>.sql` with server-side parameters.

    The running statement is tagged `name` in `system.processes`; while it
    answers a reader (see `asking`) the tag also says which, so that it can be
    ended when that reader moves on.

    Returns:
        Exactly `columns`, with those dtypes, even when no row matches.

    Raises:
        QueryCancelled: The reader moved on, before or while it ran.
        QueryTooHeavy: A limit of time, memory or rows was reached.
        WarehouseUnavailable: ClickHouse could not be reached.
        WarehouseError: Any other failure.
    """
    return run_statement(warehouse, name, load_sql(name), params, columns, limits=limits)


def run_statement(
    warehouse: Warehouse,
    name: str,
    text: str,
    params: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    limits: Limits | None = None,
) -> pd.DataFrame:
    """
    Do what `run_query` does with a statement composed of parts of ours.

    Args:
        warehouse: Where to ask.
        name: What the statement is tagged with; a plain word.
        text: The statement, without a SETTINGS clause. Nothing a reader typed
            may be part of it: what they choose travels in `params`.
        params: Values of its slots.
        columns: Names and dtypes of the frame.
        limits: Other than the warehouse's own.
    """
    sql = f"{text}\n{_clause(warehouse, name, limits)}"
    started = time.perf_counter()
    rows = -1
    outcome = "ok"
    try:
        try:
            frame = _asked(warehouse, sql, params)
        except WarehouseUnavailable as broken:
            check_broken(warehouse, broken)
            frame = _asked(warehouse, sql, params)
        rows = len(frame)
        replay([Statement.of(name, text, params)])
    except WarehouseError as error:
        outcome = type(error).__name__
        cause = error.__cause__
        if not isinstance(error, QueryCancelled):
            log.warning("query failed", extra={"fields": {"tag": name, "cause": str(cause)}})
        raise
    finally:
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        fields = {"tag": name, "ms": milliseconds, "rows": rows, "outcome": outcome}
        log.info("query", extra={"fields": fields})
    return fix_columns(frame, columns)


def _asked(warehouse: Warehouse, sql: str, params: Mapping[str, Any]) -> pd.DataFrame:
    with warehouse.client() as client:
        return client.query_df(sql, parameters=dict(params))


def run_command(warehouse: Warehouse, name: str, text: str, params: Mapping[str, Any]) -> None:
    """
    Run a statement that writes what it selects (INSERT ... SELECT), as `run_statement` does.

    Args:
        warehouse: Where.
        name: What the statement is tagged with; a plain word.
        text: The statement, without a SETTINGS clause.
        params: Values of its slots.

    Raises:
        QueryCancelled, QueryTooHeavy, WarehouseUnavailable, WarehouseError: As `run_query`.
    """
    sql = f"{text}\n{_clause(warehouse, name, None)}"
    started = time.perf_counter()
    with warehouse.client() as client:
        client.command(sql, parameters=dict(params))
    replay([Statement.of(name, text, params)])
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    log.info("query", extra={"fields": {"tag": name, "ms": milliseconds, "outcome": "ok"}})


def _clause(warehouse: Warehouse, name: str, limits: Limits | None) -> str:
    """Return limits and tag of a statement about to run; stops if its reader has moved on."""
    asking = current_asking()
    if asking is not None:
        asking.check()
    comment = f"{name} {current_tag()}".rstrip()
    return (limits or warehouse.limits).clause(comment)


def fix_columns(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return `frame` with exactly these columns and dtypes, in this order."""
    return frame.reindex(columns=list(columns)).astype(dict(columns))
