"""The callbacks of a kept segment's growth: drawn at once, or followed while it is computed."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update

from analytics.errors import AnalysisError
from analytics.jobs import queue
from analytics.reports.shell import shell_facts
from analytics.segment_growth import GROW, TakesLong, patience, submit_growth
from callbacks._errors import tell_failure
from callbacks._jobs import stop_held
from callbacks._segments_kept import growth_view
from callbacks._segments_rule import basis_of, saved_segments, with_named
from clickhouse_schema.errors import QueryCancelled, WarehouseError
from clickhouse_schema.rules.tree import RuleError
from layouts.ids import tile
from layouts.segments_saved import GROWTH, Ids

_AT_ONCE = 0.8  # seconds
_QUIET: tuple[Any, ...] = (True, True, "", {}, no_update)


@callback(
    Output(tile("view", GROWTH), "data"),
    Output(Ids.GROWTH_JOB, "data"),
    Input(Ids.GROWN, "value"),
    Input(tile("gate", GROWTH), "data"),
    Input(Ids.CHANGED, "data"),
    Input(Ids.GROWTH_DONE, "data"),
    prevent_initial_call=True,
)
def draw_growth(id_: Any, question: Any, changed: Any, done: Any) -> Any:
    """Draw a segment through time; what takes long becomes a job that is followed."""
    if question is None:
        return no_update, no_update
    if not id_:
        return {"empty": "Choose a segment to see how it grew."}, None
    segment = str(id_)[:64]
    # What a job has just computed is remembered: no second job for it.
    told = None if ctx.triggered_id == Ids.GROWTH_DONE else patience(_AT_ONCE)
    try:
        facts = shell_facts()
        view = growth_view(segment, with_named(saved_segments()), basis_of(facts), facts, told)
        return {**view.to_dict(), "version": facts.version}, None
    except TakesLong:
        try:
            return no_update, {"job": submit_growth(queue(), "reader", segment)}
        except (AnalysisError, KeyError) as error:
            return tell_failure(GROWTH, error), None
    except QueryCancelled:
        return no_update, no_update
    except (RuleError, AnalysisError, WarehouseError) as error:
        return tell_failure(GROWTH, error), None


@callback(
    Output(Ids.GROWTH_BOX, "hidden"),
    Output(Ids.GROWTH_POLL, "disabled"),
    Output(Ids.GROWTH_STATE, "children"),
    Output(Ids.GROWTH_BAR, "style"),
    Output(Ids.GROWTH_DONE, "data"),
    Input(Ids.GROWTH_JOB, "data"),
    Input(Ids.GROWTH_POLL, "n_intervals"),
    prevent_initial_call=True,
)
def follow_growth(held: Any, ticks: Any) -> Any:
    """Say how many months are judged; draw the chart when all are."""
    id_ = str(held.get("job"))[:64] if isinstance(held, dict) else ""
    try:
        job = queue().find(id_) if id_ else None
    except AnalysisError:
        return [no_update] * 5
    if job is None or job.kind != GROW:
        return _QUIET
    if job.state == "done":
        return True, True, "", {}, {"job": job.id}
    if job.state in ("failed", "cancelled"):
        said = job.error or "Stopped. Choose the segment again to go on where it stopped."
        return False, True, said, {"width": "0%"}, no_update
    bar = {"width": f"{max(2, round(job.percent))}%"}
    return False, False, f"Judging customers as of each month's end: {job.message}", bar, no_update


@callback(
    Output(Ids.GROWTH_STOP, "disabled"),
    Input(Ids.GROWTH_STOP, "n_clicks"),
    State(Ids.GROWTH_JOB, "data"),
    prevent_initial_call=True,
)
def stop_growth(clicks: Any, held: Any) -> bool:
    """Stop judging; the months that are done are kept."""
    return stop_held(clicks, held, GROWTH, GROW)
