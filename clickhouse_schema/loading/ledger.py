"""The ledger of batches: what was loaded, by whom, and how far it came."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError

# One per process: a process id alone may be given again to another.
OWNER = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
_COLUMNS = (
    "batch_id", "event_no", "state", "source_name", "content_hash", "is_sample", "currency",
    "time_zone", "raw_lines", "lines", "rejected", "duplicates", "owner", "detail",
)  # fmt: skip
_FIELDS = (*_COLUMNS, "at")
_NEWEST = """
SELECT batch_id, max(event_no), argMax(state, event_no), argMax(source_name, event_no),
    argMax(content_hash, event_no), argMax(is_sample, event_no), argMax(currency, event_no),
    argMax(time_zone, event_no), argMax(raw_lines, event_no), argMax(lines, event_no),
    argMax(rejected, event_no), argMax(duplicates, event_no), argMax(owner, event_no),
    argMax(detail, event_no), max(at)
FROM load_ledger
GROUP BY batch_id
ORDER BY batch_id
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """
    One file, as it was loaded.

    Attributes:
        batch_id: Its number, from 1.
        event_no: Number of its newest event.
        state: loading, publishing, live, failed, unloading or unloaded.
        source_name: Name of the file.
        content_hash: Of the file's bytes; empty until known.
        is_sample: Whether this is the sample retailer.
        currency, time_zone: Of its amounts and times.
        raw_lines, lines, rejected, duplicates: Rows in the file, rows loaded,
            rows refused, and loaded rows that repeat another.
        owner: Who loads it.
        detail: Options, timings, or what went wrong.
        at: Time of its newest event, UTC.
    """

    batch_id: int
    event_no: int
    state: str
    source_name: str
    content_hash: str = ""
    is_sample: bool = False
    currency: str = ""
    time_zone: str = ""
    raw_lines: int = 0
    lines: int = 0
    rejected: int = 0
    duplicates: int = 0
    owner: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def batches(warehouse: Warehouse, *states: str) -> list[Batch]:
    """Return every batch in its newest state, ascending; only those in `states` if any is named."""
    found = []
    for row in warehouse.rows(_NEWEST):
        told = dict(zip(_FIELDS, row, strict=True))
        told["is_sample"] = bool(told["is_sample"])
        told["detail"] = json.loads(told["detail"] or "{}")
        found.append(Batch(**told))
    return [batch for batch in found if not states or batch.state in states]


def write(warehouse: Warehouse, events: Iterable[Batch]) -> None:
    """Append events, all or none of them."""
    rows = [
        tuple(
            json.dumps(dict(batch.detail)) if name == "detail" else getattr(batch, name)
            for name in _COLUMNS
        )
        for batch in events
    ]
    warehouse.insert_rows("load_ledger", rows, _COLUMNS)


def advance(warehouse: Warehouse, batch: Batch, state: str, **changes: Any) -> Batch:
    """Append the next event of a batch and return it."""
    event = next_event(batch, state, **changes)
    write(warehouse, [event])
    return event


def next_event(batch: Batch, state: str, **changes: Any) -> Batch:
    """Return the next event of a batch, not yet written."""
    return replace(batch, event_no=batch.event_no + 1, state=state, **changes)


def begin(warehouse: Warehouse, first: Batch) -> Batch:
    """
    Give a new batch its number and enter it as loading.

    Two processes on one server may take the same number at once: the one whose
    name sorts first keeps it.

    Raises:
        LoadError: No number could be had.
    """
    for _ in range(20):
        newest = int(warehouse.command("SELECT max(batch_id) FROM load_ledger"))
        batch = replace(first, batch_id=newest + 1, event_no=1, state="loading", owner=OWNER)
        owner = f"{OWNER}/{secrets.token_hex(4)}"
        batch = replace(batch, owner=owner)
        write(warehouse, [batch])
        rivals = warehouse.rows(
            "SELECT owner FROM load_ledger WHERE batch_id = {batch:UInt32}",
            {"batch": batch.batch_id},
        )
        if min(row[0] for row in rivals) == owner:
            return batch
        time.sleep(0.05 + secrets.randbelow(100) / 1000)
    raise LoadError("Other loads keep beginning at the same time. Try again in a moment.")


def owner_lives(batch: Batch) -> bool | None:
    """Whether the process that loads a batch still runs; None for one on another machine."""
    return process_lives(batch.owner.partition("/")[0])


def process_lives(owner: str) -> bool | None:
    """Return whether a process, named like `OWNER`, runs; None for one on another machine."""
    if owner == OWNER:
        return True
    host, pid, _ = owner.rsplit(":", 2) if owner.count(":") >= 2 else ("", "0", "")
    if host != socket.gethostname():
        return None
    return pid.isdigit() and int(pid) != os.getpid() and _pid_lives(int(pid))


def _pid_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
