"""Deliveries and large exports as jobs of the queue."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.activation.delivery import Delivery, fail_run, stop_run
from analytics.activation.settings import delivery_settings
from analytics.errors import AnalysisError
from analytics.experiments import find, members_with_arms
from analytics.exports.excel import write_excel
from analytics.exports.files import Export, csv_chunks, export_of, parquet_chunks
from analytics.jobs import Job, JobCancelled, JobQueue, Work, kind
from analytics.reports._warehouse import warehouse
from analytics.saved_segments import (
    ALL_ORDERS,
    Standpoint,
    data_as_of,
    members_of,
    members_of_segment,
)
from clickhouse_schema.client import Warehouse
from clickhouse_schema.deliveries.runs import Run
from clickhouse_schema.errors import QueryCancelled, UnknownThing, WarehouseError
from clickhouse_schema.made.things import Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.rules.tree import parse

DELIVER = "deliver"
EXPORT = "export_members"
STREAM = "stream_members"
EXPORT_PRODUCTS = "export_products"
_STEP = 0.25  # seconds between two looks whether to stop
_KEPT = 86_400.0  # seconds a finished export can be fetched
_JOB = re.compile(r"^[0-9a-f]{16}$")
log = logging.getLogger("clientele.activation")


@dataclass(frozen=True, slots=True)
class _Follows:
    """Lets a job's record follow a delivery, and its being cancelled stop it."""

    work: Work

    def told(self, percent: float, message: str) -> None:
        """Tell how far it is; raises when the job was cancelled."""
        self.work.told(percent, message)

    def wait(self, seconds: float) -> None:
        """Wait a few seconds, or less when the job is cancelled."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.work.check()
            time.sleep(min(_STEP, left))


def members_to_send(warehouse: Warehouse, id_: str, version: int = 0) -> tuple[Made, Members]:
    """
    Return a kept segment and who is in it, or an experiment and the customers of its arms.

    Raises:
        UnknownThing: There is neither, or the segment is in the archive.
        InvalidThing, NotEnoughData: As `members_of_segment`; the arms are not frozen yet.
    """
    try:
        experiment = find(warehouse, id_)
    except UnknownThing:
        return members_of_segment(warehouse, id_, version)
    return experiment.made, members_with_arms(warehouse, experiment)


def submit_delivery(queue: JobQueue, run_id: str, owner: str = "schedule") -> str:
    """Queue a run and return the id of its job."""
    return queue.submit(DELIVER, owner, {"run": run_id}, about=f"run:{run_id}")


def job_of(queue: JobQueue, run_id: str) -> Job | None:
    """Return the last job that was queued to carry a run out; None when there is none."""
    return queue.latest(f"run:{run_id}")


def stop_delivery(queue: JobQueue, run_id: str) -> Run | None:
    """
    Stop a run, whether it waits, is queued or is being sent; what it is at ends at once.

    Returns:
        The run as it stands now; None when there is none of that id.
    """
    run = stop_run(warehouse(), run_id)
    job = job_of(queue, run_id)
    if job is not None and job.state in {"queued", "running"}:
        queue.cancel(job.id)
    return run


@kind(DELIVER)
def deliver(work: Work) -> dict[str, Any] | None:
    """Carry out the run that the job names; a cancelled job stops it."""
    run_id = str(work.parameters["run"])
    delivery = Delivery(warehouse(), delivery_settings(), members_to_send)
    try:
        run = delivery.carry_out(run_id, _Follows(work))
    except (JobCancelled, QueryCancelled):
        if work.queue.cancelled(work.job.id):
            stop_run(warehouse(), run_id)
        raise
    except (AnalysisError, WarehouseError):
        raise
    except Exception:
        fail_run(warehouse(), run_id, "Something went wrong. The log of the server has it.")
        raise
    if run is None:
        return None
    return {"run": run.run_id, "state": run.state, "members": run.members, "place": run.place}


def submit_export(
    queue: JobQueue,
    owner: str,
    *,
    layout: str,
    format_: str,
    segment: str = "",
    version: int = 0,
    rule: Mapping[str, Any] | None = None,
    name: str = "Members",
    standpoint: Standpoint = ALL_ORDERS,
    arms: str = "",
) -> str:
    """
    Queue the writing of a file that takes long, and return the id of its job.

    When the job is done, `finished_export` names the file.

    Args:
        owner: Who waits for it.
        layout, format_: Of the file.
        segment, version: A kept segment; version 0 for its newest.
        rule, name: Else a tree as JSON, and what the file is called by.
        standpoint: On what it is judged.
        arms: Else an experiment, whose arms are written.
    """
    asked = {
        "arms": arms, "segment": segment, "version": version, "rule": rule, "name": name,
        "standpoint": standpoint.to_dict(), "layout": layout, "format": format_,
    }  # fmt: skip
    return queue.submit(EXPORT, owner, asked)


def note_stream(
    queue: JobQueue, owner: str, *, rule: Mapping[str, Any], name: str, layout: str, format_: str,
    members: int,
) -> str:  # fmt: skip
    """
    Enter a file that the browser will fetch as it is made, and return its job's id.

    Args:
        members: How many there are, to tell how far it is.

    `stream_of` is what is fetched; arguments else as `submit_export`.
    """
    asked = {
        "rule": rule, "name": name, "layout": layout, "format": format_, "members": members,
    }  # fmt: skip
    return queue.note(STREAM, owner, asked)


def stream_of(queue: JobQueue, job_id: str) -> tuple[Job, Export, int] | None:
    """
    Return a noted stream: its job, what is written, and how many members there are.

    Returns:
        None when there is none of that id, or it is being fetched.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: As `members_of`.
    """
    job = queue.find(job_id) if _JOB.match(job_id) else None
    if job is None or job.kind != STREAM or job.state == "running":
        return None
    asked = job.parameters
    members = members_of(warehouse(), parse(asked["rule"]), asked["name"])
    export = export_of(
        members, asked["layout"], asked["format"], data_as_of=data_as_of(warehouse())
    )
    return job, export, int(asked["members"])


def _selected(asked: Mapping[str, Any]) -> tuple[int, Members]:
    """Return the version and the members of what an export job was asked for."""
    standpoint = Standpoint.of(asked["standpoint"])
    if asked["rule"] is not None:
        return 0, members_of(warehouse(), parse(asked["rule"]), asked["name"], standpoint)
    version = int(asked["version"])
    if asked["arms"]:
        made, members = members_to_send(warehouse(), asked["arms"])
    else:
        made, members = members_of_segment(warehouse(), asked["segment"], version, standpoint)
    return made.version, members


@kind(EXPORT)
def export_members(work: Work) -> dict[str, Any]:
    """Write the members of a segment to a file that can be fetched for a day."""
    asked = work.parameters
    version, members = _selected(asked)
    export = export_of(
        members, asked["layout"], asked["format"], version=version,
        data_as_of=data_as_of(warehouse()),
    )  # fmt: skip
    work.told(0, "Counting the members")
    count = count_members(warehouse(), members)

    def told(rows: int) -> None:
        work.told(100 * rows / max(count, 1), f"{rows:,} of {count:,} members written")

    path = export_path(work.job.id, export.format)
    clear_exports()
    try:
        if export.format == "xlsx":
            rows = write_excel(warehouse(), export, path, count, told)
        else:
            chunks = csv_chunks if export.format == "csv" else parquet_chunks
            with path.open("wb") as file:
                for chunk in chunks(warehouse(), export, told):
                    file.write(chunk)
            rows = count
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = export.file_name(datetime.now(UTC).date())
    return {"name": name, "format": export.format, "rows": rows, "members": count}


def finished_export(queue: JobQueue, job_id: str) -> tuple[Path, str, str] | None:
    """
    Return the file of a finished export job.

    Returns:
        (path, name to give it, format); None when there is none (any more).
    """
    job = queue.find(job_id) if _JOB.match(job_id) else None
    if job is None or job.kind not in (EXPORT, EXPORT_PRODUCTS) or job.state != "done":
        return None
    path = export_path(job.id, str(job.answer["format"]))
    return (path, str(job.answer["name"]), str(job.answer["format"])) if path.is_file() else None


def export_path(job_id: str, format_: str) -> Path:
    """Return where a job writes the file it makes."""
    folder = delivery_settings().exports
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{job_id}.{format_}"


def clear_exports() -> None:
    """Remove the files that could be fetched for a day, and what a dead process left of them."""
    folder = delivery_settings().exports
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT:
                path.unlink(missing_ok=True)
