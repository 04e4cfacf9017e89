"""
Files of members, streamed to the browser as they leave the engine.

Nothing in a request becomes SQL: a kept segment is named by its id, and a rule
that was not kept passes `parse`, like everything a reader sends. A browser that
goes away ends the query.
"""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, request, send_file

from analytics.activation.work import finished_export, stream_of
from analytics.errors import AnalysisError
from analytics.experiments import find, members_with_arms
from analytics.exports.excel import JOB_ROWS, write_excel
from analytics.exports.files import FORMATS, Export, csv_chunks, export_of, parquet_chunks
from analytics.jobs import Job, JobCancelled, JobQueue
from analytics.saved_segments import (
    ALL_ORDERS,
    Standpoint,
    data_as_of,
    members_of,
    members_of_segment,
)
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, UnknownThing, WarehouseError
from clickhouse_schema.made.things import clean_name
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.rules.tree import parse

LONGEST_RULE = 100_000  # characters
log = logging.getLogger("clientele.downloads")


def serve_downloads(
    server: Flask, warehouse: Warehouse, queue: Callable[[], JobQueue], time_zone: str
) -> None:
    """
    Add the routes.

    `GET /downloads/segment/<id>?version=&layout=&format=` streams a kept segment,
    `POST /downloads/members` with the form fields `rule` (JSON), `name`, `layout`
    and `format` one that was not kept; both take a `standpoint`, the JSON of
    `analytics.saved_segments.Standpoint`: the filters it was looked at with.
    `GET /downloads/experiment/<id>?layout=&format=` streams the customers of an
    experiment, each with its arm.
    `GET /downloads/export/<job>` gives the file of a finished export job, or streams one that
    was noted; the job's record tells how far it is, and cancelling the job ends it.
    """
    pages = Blueprint("downloads", __name__)

    @pages.get("/downloads/segment/<segment>")
    def kept(segment: str) -> Response:
        version = _whole(request.args.get("version", "0"))
        with _told():
            standpoint = _standpoint(request.args)
            made, members = members_of_segment(warehouse, segment, version, standpoint)
            return _answer(warehouse, members, request.args, made.version, time_zone)

    @pages.post("/downloads/members")
    def not_kept() -> Response:
        text = request.form.get("rule", "")
        if len(text) > LONGEST_RULE:
            abort(413, "That rule is too long.")
        with _told():
            tree = parse(_json(text))
            name = clean_name(request.form.get("name") or "Members")
            members = members_of(warehouse, tree, name, _standpoint(request.form))
            return _answer(warehouse, members, request.form, 0, time_zone)

    @pages.get("/downloads/export/<job>")
    def export(job: str) -> Response:
        with _told():
            stream = stream_of(queue(), job)
            if stream is not None:
                return _followed(warehouse, queue(), *stream, time_zone)
            found = finished_export(queue(), job)
        if found is None:
            abort(404, "That file is not there: it is kept for a day. Export it anew.")
        path, name, format_ = found
        return send_file(path, FORMATS[format_], as_attachment=True, download_name=name)

    @pages.get("/downloads/experiment/<experiment>")
    def arms(experiment: str) -> Response:
        with _told():
            members = members_with_arms(warehouse, find(warehouse, experiment[:64]))
            return _answer(warehouse, members, request.args, 0, time_zone)

    server.register_blueprint(pages)


def _answer(
    warehouse: Warehouse, members: Members, asked: Any, version: int, time_zone: str
) -> Response:
    """Return the file as a response: streamed, or for Excel made first."""
    export = export_of(
        members,
        asked.get("layout", "generic"),
        asked.get("format", "csv"),
        version=version,
        data_as_of=data_as_of(warehouse),
    )
    name = export.file_name(_today(time_zone))
    if export.format == "xlsx":
        return _workbook(warehouse, export, name)
    make = csv_chunks if export.format == "csv" else parquet_chunks
    return _streamed(make(warehouse, export), export, name)


def _followed(
    warehouse: Warehouse, queue: JobQueue, job: Job, export: Export, members: int, time_zone: str
) -> Response:
    """Return the file of a noted job, which tells how far it is and ends when it is stopped."""
    if export.format == "xlsx":
        with queue.attended(job):
            return _workbook(warehouse, export, export.file_name(_today(time_zone)))
    make = csv_chunks if export.format == "csv" else parquet_chunks

    def chunks() -> Generator[bytes]:
        with queue.attended(job) as work:

            def told(rows: int) -> None:
                work.told(100 * rows / max(members, 1), f"{rows:,} of {members:,} members sent")

            inner = make(warehouse, export, told)
            try:
                work.check()
                yield from inner
            except JobCancelled:
                # The connection is cut, so that the browser does not take a part for the whole.
                raise ConnectionResetError(errno.ECONNRESET, "stopped by the reader") from None
            finally:
                inner.close()

    try:
        return _streamed(chunks(), export, export.file_name(_today(time_zone)))
    except ConnectionResetError:
        abort(409, "The download was stopped.")


def _today(time_zone: str) -> date:
    return datetime.now(ZoneInfo(time_zone)).date()


def _streamed(chunks: Generator[bytes], export: Export, name: str) -> Response:
    # Until the first rows are here nothing is promised: what goes wrong is an error, no file.
    begun = [chunk for _, chunk in zip(range(2), chunks, strict=False)]
    response = Response(_rest(begun, chunks), mimetype=FORMATS[export.format].partition(";")[0])
    response.call_on_close(chunks.close)
    response.headers["Content-Type"] = FORMATS[export.format]
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _rest(begun: list[bytes], chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from begun
    yield from chunks


def _workbook(warehouse: Warehouse, export: Export, name: str) -> Response:
    count = count_members(warehouse, export.members)
    if count > JOB_ROWS:
        abort(
            409,
            f"{count:,} members take a while as an Excel file: ask for it on the page, which tells "
            "when it is ready, or choose CSV or Parquet.",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_excel(warehouse, export, path, count)
        data = path.read_bytes()
    response = Response(data, mimetype=FORMATS["xlsx"])
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response


@contextmanager
def _told() -> Generator[None]:
    """Answer with the sentence of what went wrong, and a fitting status."""
    try:
        yield
    except UnknownThing as error:
        abort(404, str(error))
    except (ValueError, InvalidThing) as error:
        abort(400, str(error))
    except AnalysisError as error:
        abort(409, str(error))
    except WarehouseError as error:
        log.warning("download failed", extra={"fields": {"error": str(error)}})
        abort(503, str(error))


def _standpoint(asked: Any) -> Standpoint:
    text = asked.get("standpoint", "")
    return Standpoint.of(_json(text)) if text else ALL_ORDERS


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        abort(400, "A version is a whole number.")
    return int(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("That is no JSON.") from None
