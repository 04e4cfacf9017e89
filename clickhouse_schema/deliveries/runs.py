"""The log of runs: what was sent where, how far it came, and who is at it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.loading.ledger import OWNER, process_lives

State = Literal["begun", "sending", "waiting", "done", "failed", "stopped"]
Cause = Literal["by hand", "schedule", "replay"]
UNFINISHED: tuple[State, ...] = ("begun", "sending", "waiting")
MOST_LISTED = 500
# A run of another machine is taken over when nothing was heard of it for this long.
GIVEN_UP = timedelta(minutes=30)
_SQL_DIR = Path(__file__).parent / "sql"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class RunTaken(WarehouseError):
    """Another process is at this run."""


@dataclass(frozen=True, slots=True)
class Run:
    """
    One delivery, in its newest state.

    Attributes:
        run_id: Names it; also the first part of each batch's idempotency key.
        event_no, revision: Of its newest event.
        at: When that was, UTC.
        state: begun, sending, waiting (for its receiver), done, failed or stopped.
        activation_id, activation_version: What it carries out.
        cause: Who wanted it: a reader, the schedule, or a replay.
        replay_of: Run whose members are sent again; empty for none.
        asked_by: Name of the reader; empty for a schedule.
        due_at: When the schedule wanted it, else when it was asked for.
        began_at: When it began.
        segment_id, segment_version, segment_name: Whom it is for.
        freeze_id: Names its members as they were; empty until they are frozen.
        members: How many.
        batch_size, batches: Members per batch, and batches in all.
        owner: The process at it; empty while it waits for one.
        attempts: Made so far of the batch that a waiting run is at.
        resume_at: When a waiting run goes on.
        place: File or address, without secrets.
        error: What went wrong or is waited for, for readers; empty if nothing.
        batches_done: Batches that arrived.
        posts: Attempts it took them in all.
        seen_at: When anything was last heard of it.
    """

    run_id: str
    event_no: int
    revision: str
    at: datetime
    state: State
    activation_id: str
    activation_version: int
    cause: Cause
    replay_of: str = ""
    asked_by: str = ""
    due_at: datetime = _NEVER
    began_at: datetime = _NEVER
    segment_id: str = ""
    segment_version: int = 0
    segment_name: str = ""
    freeze_id: str = ""
    members: int = 0
    batch_size: int = 0
    batches: int = 0
    owner: str = ""
    attempts: int = 0
    resume_at: datetime = _NEVER
    place: str = ""
    error: str = ""
    batches_done: int = 0
    posts: int = 0
    seen_at: datetime = _NEVER

    @property
    def unfinished(self) -> bool:
        """Whether it is still to be carried on."""
        return self.state in UNFINISHED

    def forsaken(self, mine: Collection[str] = (), *, alone: bool = False) -> bool:
        """
        Whether nobody is at it although it is not finished.

        Args:
            mine: Ids of the runs that this process is at.
            alone: No other process can be: this one has the embedded home.
        """
        if not self.unfinished or self.state == "waiting" or self.run_id in mine:
            return False
        if alone and self.owner:
            return True
        alive = process_lives(self.owner) if self.owner else None
        if alive is None:
            return datetime.now(UTC) - self.seen_at > GIVEN_UP
        return self.owner == OWNER or not alive


_READ = tuple(field.name for field in fields(Run))
_WRITTEN = tuple(name for name in _READ if name not in {"at", "batches_done", "posts", "seen_at"})


def begin(warehouse: Warehouse, first: Run) -> Run:
    """
    Enter a run as begun; whoever takes it over first carries it out.

    Raises:
        RunTaken: Another process has begun the run of that id.
    """
    return _write(warehouse, replace(first, event_no=1, owner="", state="begun"))


def take_over(warehouse: Warehouse, run: Run) -> Run:
    """
    Make this process the one that carries a run on.

    Args:
        run: As read; nobody is at it.

    Raises:
        RunTaken: Another process was faster.
    """
    state: State = "sending" if run.freeze_id else "begun"
    return advance(warehouse, replace(run, owner=OWNER), state, error="")


def advance(warehouse: Warehouse, run: Run, state: State, **changes: Any) -> Run:
    """
    Append the next event of a run.

    Raises:
        RunTaken: Another process has written the next event: leave the run to it.
    """
    following = replace(run, event_no=run.event_no + 1, state=state, **changes)
    return _write(warehouse, following)


def batch_arrived(
    warehouse: Warehouse, run: Run, batch_no: int, attempts: int, answer: str
) -> None:
    """Note that a batch was accepted by its receiver."""
    warehouse.insert_rows(
        "delivery_batches",
        [(run.run_id, batch_no, attempts, answer)],
        ["run_id", "batch_no", "attempts", "answer"],
    )


def batches_done(warehouse: Warehouse, run_id: str) -> set[int]:
    """Return the numbers of the batches that arrived."""
    rows = warehouse.rows(_sql("delivery_batches_done"), {"run_id": run_id})
    return {int(row[0]) for row in rows}


def run_of(warehouse: Warehouse, run_id: str) -> Run | None:
    """Return a run; None when there is none of that id."""
    found = _runs(warehouse, run_id=run_id) if run_id else []
    return found[0] if found else None


def runs(
    warehouse: Warehouse, *, activation_id: str = "", states: Sequence[State] = ()
) -> list[Run]:
    """Return runs, the last begun first; at most `MOST_LISTED`."""
    return _runs(warehouse, activation_id=activation_id, states=list(states))


def last_due(warehouse: Warehouse) -> dict[str, datetime]:
    """Return for each activation the last time its schedule has begun a run for, UTC."""
    return {str(id_): _utc(at) for id_, at in warehouse.rows(_sql("delivery_last_due"))}


def _write(warehouse: Warehouse, run: Run) -> Run:
    run = replace(run, revision=secrets.token_hex(8))
    warehouse.insert_rows("delivery_runs", [[getattr(run, name) for name in _WRITTEN]], _WRITTEN)
    first = warehouse.rows(
        "SELECT revision FROM delivery_runs WHERE run_id = {run_id:String}"
        " AND event_no = {event_no:UInt32} ORDER BY _block_number, revision LIMIT 1",
        {"run_id": run.run_id, "event_no": run.event_no},
    )
    if not first or first[0][0] != run.revision:
        raise RunTaken("Another process is at this delivery.")
    return run


def _runs(
    warehouse: Warehouse,
    *,
    run_id: str = "",
    activation_id: str = "",
    states: Sequence[str] = (),
) -> list[Run]:
    params: Mapping[str, Any] = {
        "run_id": run_id,
        "activation_id": activation_id,
        "states": list(states),
        "most": MOST_LISTED,
    }
    return [_run(row) for row in warehouse.rows(_sql("delivery_runs"), params)]


def _run(row: Sequence[Any]) -> Run:
    told: dict[str, Any] = {
        name: _utc(value) if isinstance(value, datetime) else value
        for name, value in zip(_READ, row, strict=True)
    }
    return Run(**told)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@cache
def _sql(name: str) -> str:
    text = (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()
    return f"{text}\nSETTINGS log_comment = '{name}'"
