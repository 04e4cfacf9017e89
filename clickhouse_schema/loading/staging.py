"""Sends the rows of a file through `load_parsed` into the staging tables."""

from __future__ import annotations

import re
import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled, WarehouseError
from clickhouse_schema.loading.batches import batch_tables, staging_tables
from clickhouse_schema.loading.derive import batch_tag
from clickhouse_schema.loading.sending import block_settings, server_insert
from clickhouse_schema.loading.sources import Source
from clickhouse_schema.loading.transform import (
    PARSED_COLUMNS,
    Reading,
    csv_settings,
    csv_structure,
    parse_statement,
    sql_text,
)

NOT_AS_WRITTEN = (
    "What was written does not read back: the disk is full, or failing. Nothing of the file was "
    "kept. Make room, then load it again."
)
_LITTLE_ROOM = 2 << 30  # bytes free
_POLL_SECONDS = 0.2
_ROUNDS_TOLD = 5  # of polling: counting the rows takes longer than looking whether to stop
_BROKEN_CSV = re.compile(r"CANNOT_PARSE|INCORRECT_DATA|Cannot parse|chunk.{0,20}(too )?(large|big)")
Told = Callable[[int], None]


def is_broken_csv(error: WarehouseError) -> bool:
    """Whether the engine stumbled over the form of a csv, not over anything else."""
    return bool(_BROKEN_CSV.search(str(error.__cause__ or "")))


def insert(
    warehouse: Warehouse,
    batch_id: int,
    reading: Reading,
    non_products: tuple[str, ...],
    told: Told,
    cancel: threading.Event,
) -> int:
    """
    Stage the rows of a file and return how many there were.

    Raises:
        QueryCancelled: `cancel` was set meanwhile.
        WarehouseError: The engine could not read the file or write the rows.
    """
    begin = _embedded_insert if warehouse.home.embedded else server_insert
    work = begin(warehouse, batch_id, reading, non_products)
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(work)
        try:
            _watch(warehouse, batch_id, running, told, cancel)
        except BaseException:
            _stop(warehouse, batch_id, running)
            raise
        running.result()
    return staged_rows(warehouse, batch_id)


def staged_rows(warehouse: Warehouse, batch_id: int) -> int:
    """Return the rows of a batch that are staged, refused ones among them."""
    return int(
        warehouse.command(
            "SELECT (SELECT count() FROM staging_order_lines WHERE batch_id = {batch:UInt32})"
            " + (SELECT count() FROM staging_rejects WHERE batch_id = {batch:UInt32})",
            {"batch": batch_id},
        )
    )


def refused_numbers(warehouse: Warehouse, batch_id: int) -> bool:
    """Return whether a staged row was refused because a number could not be read."""
    found = warehouse.command(
        "SELECT count() FROM staging_rejects"
        " WHERE batch_id = {batch:UInt32} AND endsWith(reason, 'is not a number')",
        {"batch": batch_id},
    )
    return int(found) > 0


def counts(warehouse: Warehouse, batch_id: int) -> tuple[dict[str, int], dict[str, int], int]:
    """Return staged rows per kind, refused rows per reason, and the number of repeated lines."""
    params = {"batch": batch_id}
    kinds = warehouse.rows(
        "SELECT toString(kind), count() FROM staging_order_lines"
        " WHERE batch_id = {batch:UInt32} GROUP BY kind ORDER BY kind",
        params,
    )
    reasons = warehouse.rows(
        "SELECT reason, count() FROM staging_rejects"
        " WHERE batch_id = {batch:UInt32} GROUP BY reason ORDER BY count() DESC, reason",
        params,
    )
    repeated = warehouse.command(
        "SELECT count() FROM staging_duplicate_lines WHERE batch_id = {batch:UInt32}", params
    )
    return dict(kinds), dict(reasons), int(repeated)


@contextmanager
def merges_held(warehouse: Warehouse) -> Iterator[None]:
    """
    Keep the engine from merging parts that are about to be read and moved.

    Only embedded: on a server that would need rights a loader seldom has, and
    others may be loading beside us. Forgotten when the process ends.
    """
    held = staging_tables(warehouse) if warehouse.home.embedded else []
    for table in held:
        warehouse.command(f"SYSTEM STOP MERGES {table}")
    try:
        yield
    finally:
        for table in held:
            warehouse.command(f"SYSTEM START MERGES {table}")


def check(warehouse: Warehouse, batch_id: int) -> None:
    """
    Read back what was staged where there is little room for it.

    The embedded engine does not always tell that a write was cut short.

    Raises:
        LoadError: Something is not as it was written.
    """
    if warehouse.home.data_dir is None or not _little_room(warehouse.home.data_dir):
        return
    for table in batch_tables(warehouse):
        answer = warehouse.rows(
            f"CHECK TABLE staging_{table} PARTITION {int(batch_id)}"
            " SETTINGS check_query_single_value_result = 1"
        )
        if answer and str(answer[0][0]) != "1":
            raise LoadError(NOT_AS_WRITTEN)


def _little_room(folder: Path) -> bool:
    limited = resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
    return limited or shutil.disk_usage(folder).free < _LITTLE_ROOM


def clear(warehouse: Warehouse, batch_id: int) -> None:
    """Take the staged rows of a batch out again."""
    for table in staging_tables(warehouse):
        warehouse.command(f"ALTER TABLE {table} DROP PARTITION {int(batch_id)}")


def _embedded_insert(
    warehouse: Warehouse, batch_id: int, reading: Reading, non_products: tuple[str, ...]
) -> Callable[[], None]:
    source = reading.source
    # Mapped into memory, the whole file would count as memory held.
    more: dict[str, int | str] = {"storage_file_read_method": "pread"}
    # One thread reads a text at less than half of what two cores have; cutting it up so that
    # several may read would cost each of them half as much again.
    more["input_format_parallel_parsing"] = 0
    if source.format == "csv":
        more |= csv_settings(source)
    elif source.format == "parquet":
        more["input_format_parquet_memory_high_watermark"] = 50_000_000
    select = parse_statement(
        reading, batch_id, _file_table(source), "_row_number + 1", non_products
    )
    columns = ", ".join(PARSED_COLUMNS)
    settings = block_settings(batch_id, **more)
    sql = f"INSERT INTO load_parsed ({columns})\n{select}\nSETTINGS {settings}"

    def work() -> None:
        """Let the engine read the file."""
        with warehouse.client() as client:
            client.command(sql)

    return work


def _file_table(source: Source) -> str:
    path = sql_text(str(source.path.absolute()))
    packed = ", 'gzip'" if source.gzipped else ""
    if source.format == "parquet":
        return f"file({path}, 'Parquet')"
    if source.format == "jsonl":
        return f"file({path}, 'LineAsString', 'line String'{packed})"
    return f"file({path}, 'CSV', {sql_text(csv_structure(source))}{packed})"


def _watch(
    warehouse: Warehouse,
    batch_id: int,
    running: Future[None],
    told: Told,
    cancel: threading.Event,
) -> None:
    done = threading.Event()
    running.add_done_callback(lambda _: done.set())
    rounds = 0
    while not done.wait(_POLL_SECONDS):
        if cancel.is_set():
            raise QueryCancelled("The load was stopped; nothing of it is kept.")
        rounds += 1
        if rounds % _ROUNDS_TOLD == 1:
            told(_written_rows(warehouse, batch_id))


def _written_rows(warehouse: Warehouse, batch_id: int) -> int:
    """Return the staged rows so far; read_rows of the statement would count each view again."""
    return int(
        warehouse.command(
            "SELECT sum(rows) FROM system.parts WHERE database = {database:String} AND active"
            " AND table IN ('staging_order_lines', 'staging_rejects')"
            " AND partition_id = {batch:String}",
            {"database": warehouse.home.database, "batch": str(batch_id)},
        )
    )


def _stop(warehouse: Warehouse, batch_id: int, running: Future[None]) -> None:
    while not running.done():
        warehouse.command(
            "KILL QUERY WHERE Settings['log_comment'] = {tag:String} ASYNC",
            {"tag": batch_tag(batch_id)},
        )
        threading.Event().wait(_POLL_SECONDS)
