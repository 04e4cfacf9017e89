"""The callbacks of large workbooks of an experiment's arms, which are made in the background."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, no_update

from analytics.activation.work import EXPORT, submit_export
from analytics.errors import AnalysisError
from analytics.experiments import find
from analytics.exports.layouts import LAYOUTS
from analytics.jobs import queue
from analytics.reports._warehouse import warehouse
from callbacks._errors import tell_failure
from callbacks._jobs import stop_held
from callbacks.segments_export import told
from clickhouse_schema.errors import WarehouseError
from layouts.experiments_page import Ids

BY_JOB = "xlsx-job"
_KNOWN = (AnalysisError, WarehouseError)
_NOTHING: tuple[Any, ...] = ("", True, True, True, "", True)


@callback(
    Output(Ids.FILE, "data"),
    Output(Ids.FILE_TOLD, "children", allow_duplicate=True),
    Output(Ids.FILE_ROW, "hidden", allow_duplicate=True),
    Input(Ids.EXPORTED, "data"),
    prevent_initial_call=True,
)
def begin_file(asked: Any) -> Any:
    """Have the workbook made."""
    held = asked if isinstance(asked, dict) else {}
    if not held.get("experiment"):
        return no_update, no_update, no_update
    layout = held.get("layout")
    try:
        one = find(warehouse(), str(held["experiment"])[:64])
        job = submit_export(
            queue(), "reader", layout=layout if layout in LAYOUTS else "generic", format_="xlsx",
            name=one.name, arms=one.id,
        )  # fmt: skip
    except _KNOWN as error:
        return no_update, tell_failure("experiments-file", error)["failed"], False
    return {"job": job, "experiment": one.id}, "Preparing the file …", False


@callback(
    Output(Ids.FILE_TOLD, "children"),
    Output(Ids.FILE_ROW, "hidden"),
    Output(Ids.FILE_POLL, "disabled"),
    Output(Ids.FILE_STOP, "hidden"),
    Output(Ids.FILE_LINK, "href"),
    Output(Ids.FILE_LINK, "hidden"),
    Input(Ids.FILE, "data"),
    Input(Ids.FILE_POLL, "n_intervals"),
    Input(Ids.OPEN, "data"),
)
def follow_file(held: Any, ticks: Any, opened: Any) -> Any:
    """Say how far the workbook of the experiment that is shown is, also after a reload."""
    known = held if isinstance(held, dict) else {}
    shown = opened.get("id") if isinstance(opened, dict) else None
    if not known.get("job") or known.get("experiment") != shown:
        return _NOTHING
    try:
        job = queue().find(str(known["job"])[:64])
    except AnalysisError:
        return [no_update] * 6
    if job is None or job.kind != EXPORT:
        return _NOTHING
    goes_on = job.state in ("queued", "running")
    done = job.state == "done"
    return told(job), False, not goes_on, not goes_on, f"/downloads/export/{job.id}", not done


@callback(
    Output(Ids.FILE_STOP, "disabled"),
    Input(Ids.FILE_STOP, "n_clicks"),
    State(Ids.FILE, "data"),
    prevent_initial_call=True,
)
def stop_file(clicks: Any, held: Any) -> Any:
    """Stop making the workbook."""
    return stop_held(clicks, held, "experiments-file", EXPORT)
