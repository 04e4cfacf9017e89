"""The callbacks of the builder's files: made as they are fetched, or in the background."""

from __future__ import annotations

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    no_update,
)

from analytics.activation.work import EXPORT, STREAM, note_stream, submit_export
from analytics.errors import AnalysisError
from analytics.exports.excel import JOB_ROWS, SHEET_ROWS
from analytics.exports.layouts import LAYOUTS
from analytics.jobs import Job, queue
from analytics.reports.segments import preview
from analytics.reports.shell import shell_facts
from callbacks._errors import tell_failure
from callbacks._jobs import stop_held
from callbacks._segments_rule import basis_of, saved_segments
from clickhouse_schema.errors import QueryCancelled, WarehouseError
from clickhouse_schema.made.things import clean_name
from clickhouse_schema.rules.tree import RuleError, parse, to_json
from layouts.segments_builder import Ids

FORMATS = {Ids.CSV: "csv", Ids.EXCEL: "xlsx", Ids.PARQUET: "parquet"}
_READER = "reader"
_NOTHING: tuple[Any, ...] = ("", True, True, "", True, {}, True, no_update)


@callback(
    Output(Ids.EXPORT, "data"),
    Output(Ids.EXPORT_STATE, "children", allow_duplicate=True),
    Output(Ids.EXPORT_BOX, "hidden", allow_duplicate=True),
    Input(Ids.CSV, "n_clicks"),
    Input(Ids.EXCEL, "n_clicks"),
    Input(Ids.PARQUET, "n_clicks"),
    State(Ids.EXPORT_LAYOUT, "value"),
    State(Ids.ANSWERED, "data"),
    State(Ids.DRAFT, "data"),
    prevent_initial_call=True,
)
def begin_export(csv: Any, excel: Any, parquet: Any, layout: Any, answered: Any, draft: Any) -> Any:
    """Ask for a file of all members: the large workbook is made first, all else is streamed."""
    format_ = FORMATS.get(ctx.triggered_id)
    if format_ is None or not ctx.triggered[0]["value"] or not isinstance(answered, dict):
        return no_update, no_update, no_update
    held = draft if isinstance(draft, dict) else {}
    try:
        tree = parse(answered.get("rule"))
        facts = shell_facts()
        members = preview(tree, saved_segments().trees, basis_of(facts)).customers
        asked: dict[str, Any] = {
            "rule": to_json(tree),
            "name": clean_name(str(held.get("name") or held.get("from") or "Members")[:100]),
            "layout": layout if isinstance(layout, str) and layout in LAYOUTS else "generic",
            "format_": format_,
        }
        if format_ == "xlsx" and members > JOB_ROWS:
            job = submit_export(queue(), _READER, **asked)
        else:
            job = note_stream(queue(), _READER, **asked, members=members)
    except QueryCancelled:
        return no_update, no_update, no_update
    except (RuleError, AnalysisError, WarehouseError) as error:
        return no_update, tell_failure("segments-export", error)["failed"], False
    return {"job": job}, "Preparing the file …", False


@callback(
    Output(Ids.EXPORT_STATE, "children"),
    Output(Ids.EXPORT_BOX, "hidden"),
    Output(Ids.EXPORT_POLL, "disabled"),
    Output(Ids.EXPORT_AGAIN, "href"),
    Output(Ids.EXPORT_AGAIN, "hidden"),
    Output(Ids.EXPORT_BAR, "style"),
    Output(Ids.EXPORT_STOP, "hidden"),
    Output(Ids.EXPORT_READY, "data"),
    Input(Ids.EXPORT, "data"),
    Input(Ids.EXPORT_POLL, "n_intervals"),
)
def follow_export(held: Any, ticks: Any) -> Any:
    """Say how far the file is, also after a reload; fetch it when it is there to be fetched."""
    id_ = str(held.get("job"))[:64] if isinstance(held, dict) else ""
    if not id_:
        return _NOTHING
    try:
        job = queue().find(id_)
    except AnalysisError:
        return [no_update] * 8
    if job is None or job.kind not in (EXPORT, STREAM):
        return _NOTHING
    goes_on = job.state in ("queued", "running")
    ready = job.kind == STREAM or job.state == "done"
    again = job.state == "done" and job.kind == EXPORT
    return (
        told(job),
        False,
        not goes_on,
        f"/downloads/export/{job.id}",
        not again,
        {"width": f"{100 if not goes_on else max(2, round(job.percent))}%"},
        not goes_on,
        {"job": job.id} if ready else no_update,
    )


def told(job: Job) -> str:
    """Return how a file stands, in sentences."""
    made = job.kind == EXPORT
    if job.state == "failed":
        return f"The file could not be made: {job.error}"
    if job.state == "cancelled":
        return "Stopped. No file was kept." if made else "Stopped: what was saved is not complete."
    if job.state == "queued":
        return "Preparing the file …"
    if job.state == "running":
        also = " You can go on working, or reload the page." if made else ""
        return f"{job.message} …{also}"
    if not made:
        return f"Sent to your browser: all {int(job.parameters['members']):,} members."
    rows, members = int(job.answer["rows"]), int(job.answer["members"])
    if rows < members:
        return (
            f"The file is ready, but not complete: Excel holds {SHEET_ROWS:,} rows, so "
            f"{members - rows:,} of {members:,} members are not in it. Take CSV or Parquet for all."
        )
    return f"The file is ready: {rows:,} members. It can be fetched for a day."


@callback(
    Output(Ids.EXPORT_STOP, "disabled"),
    Input(Ids.EXPORT_STOP, "n_clicks"),
    State(Ids.EXPORT, "data"),
    prevent_initial_call=True,
)
def stop_export(clicks: Any, held: Any) -> Any:
    """Stop making or sending the file."""
    return stop_held(clicks, held, "segments-export", EXPORT, STREAM)


clientside_callback(
    ClientsideFunction("builder", "fetchExport"),
    Output(Ids.EXPORT_AGAIN, "title"),
    Input(Ids.EXPORT_READY, "data"),
    prevent_initial_call=True,
)
