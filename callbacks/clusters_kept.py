"""The groupings that are kept: shown, put in use, archived, compared with each other."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update

from analytics.cluster_members import GROUPING, kept_groupings
from analytics.cluster_models import drift_of, in_use, use
from analytics.cluster_moves import customers_of, submit_moves, takes_long, told_of
from analytics.cluster_work import is_over
from analytics.jobs import queue
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import shell_facts
from callbacks import _clusters_charts as charts
from callbacks import _clusters_views as views
from callbacks._clusters_shown import KNOWN, first_shown, grouping, shown_id, stop_job
from callbacks._errors import notify, tell_failure
from clickhouse_schema.errors import MadeError, QueryCancelled
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.store import archive
from clickhouse_schema.made.things import Author
from layouts import clusters_results as drawn
from layouts.clusters import MOVES, Ids, do
from layouts.ids import tile


@callback(
    Output(Ids.KEPT, "children"),
    Output(Ids.OTHER, "options"),
    Output(Ids.OTHER, "value"),
    Output(Ids.COMPARE, "hidden"),
    Input(Ids.RESULT, "children"),
    Input(Ids.CHANGED, "data"),
    State(Ids.FOUND, "data"),
    State(Ids.OTHER, "value"),
    prevent_initial_call=True,
)
def list_kept(result: Any, changed: Any, found: Any, chosen: Any) -> Any:
    """List the kept groupings, and offer the others for comparing."""
    try:
        shown = grouping(found)
        if shown is None:
            return [no_update] * 4
        every = kept_groupings(warehouse())
        rows = views.kept_rows(every, shown.id, in_use(warehouse()))
        others = [made for made in every if made.id != shown.id]
    except KNOWN as error:
        return str(error), [], None, True
    options = [{"value": made.id, "label": made.name} for made in others]
    ids = [made.id for made in others]
    value = chosen if chosen in ids else next(iter(ids), None)
    return drawn.kept(rows), options, value, not others


@callback(
    Output(Ids.DRIFT, "children"),
    Input(Ids.RESULT, "children"),
    State(Ids.FOUND, "data"),
    prevent_initial_call=True,
)
def tell_drift(result: Any, found: Any) -> Any:
    """Say how the grouping that is shown has aged; everybody is placed anew for it."""
    try:
        shown = grouping(found)
        if shown is None:
            return no_update
        return views.drift_words(shown.body, drift_of(shown.id, shown.body, shell_facts()))
    except QueryCancelled:
        return no_update
    except KNOWN as error:
        return f"How far customers have moved could not be told: {error}"


@callback(
    Output(Ids.FOUND, "data", allow_duplicate=True),
    Output(Ids.CHANGED, "data"),
    Input(do(ALL, ALL), "n_clicks"),
    State(Ids.FOUND, "data"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_kept(clicks: Any, found: Any, author: Any) -> Any:
    """Show a kept grouping, put it in use, or archive it, as the button says."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    id_, what = str(pressed.get("id"))[:64], pressed.get("what")
    who = Author.of(author if isinstance(author, str) else None)
    changed = {"n": f"{ctx.triggered[0]}"}
    try:
        if what == "open":
            return {"id": id_}, no_update
        made = current(warehouse(), GROUPING, id_)
        if what == "use":
            use(warehouse(), id_, who)
            notify(f"“{made.name}” is in use now.", head="Groupings")
        elif what == "archive":
            archive(warehouse(), GROUPING, id_, made_from=made.version, author=who)
            notify(f"“{made.name}” is in the archive.", head="Groupings")
            if shown_id(found) == id_:
                return first_shown(), changed
    except (MadeError, *KNOWN) as error:
        notify(str(error), head="Nothing was changed", kind="warning")
        return no_update, no_update
    return no_update, changed


@callback(
    Output(tile("view", MOVES), "data"),
    Output(Ids.COMPARE_JOB, "data"),
    Output(Ids.COMPARE_POLL, "disabled"),
    Input(tile("gate", MOVES), "data"),
    Input(Ids.OTHER, "value"),
    Input(Ids.COMPARED, "data"),
    State(Ids.FOUND, "data"),
)
def draw_moves(question: Any, other: Any, compared: Any, found: Any) -> Any:
    """Draw who is where in another grouping and in this one; for many customers as a job."""
    if question is None:
        return no_update, no_update, no_update
    if not other:
        return {"empty": "Find groups a second time, of other days or by other features, to see "
                "who is where in both."}, None, True  # fmt: skip
    over = compared if isinstance(compared, dict) and ctx.triggered_id == Ids.COMPARED else {}
    if over.get("why"):
        return {"empty": str(over["why"])}, None, True
    try:
        facts = shell_facts()
        first = current(warehouse(), GROUPING, str(other)[:64])
        second = grouping(found if shown_id(found) else first_shown()) or first
        if takes_long(first, second, facts):
            job = submit_moves(queue(), first, second, "Somebody")
            many = max(customers_of(first), customers_of(second))
            said = f"{many:,} customers are placed by both groupings: some seconds."
            return {"empty": said}, {"id": job}, False
        view = charts.moves_view(first, second, facts).to_dict()
        return {**view, "version": facts.version}, None, True
    except QueryCancelled:
        return no_update, None, True
    except KNOWN as error:
        return tell_failure(MOVES, error), None, True


@callback(
    Output(Ids.COMPARED, "data"),
    Output(Ids.COMPARING, "children"),
    Output(Ids.COMPARE_STOP, "hidden"),
    Output(Ids.COMPARE_POLL, "disabled", allow_duplicate=True),
    Input(Ids.COMPARE_POLL, "n_intervals"),
    Input(Ids.COMPARE_JOB, "data"),
    prevent_initial_call=True,
)
def follow_moves(ticks: Any, held: Any) -> Any:
    """Follow a comparison; when it is over, have it drawn."""
    id_ = str(held.get("id") or "")[:64] if isinstance(held, dict) else ""
    if not id_:
        return no_update, "", True, True
    try:
        job = queue().find(id_)
    except KNOWN as error:
        return {"id": id_, "why": str(error)}, "", True, True
    if is_over(job):
        return {"id": id_, "tick": ticks, "why": told_of(job)}, "", True, True
    said = "Waiting its turn" if job is None or job.state == "queued" else f"{job.message} …"
    return no_update, said, False, False


@callback(
    Output(Ids.COMPARING, "children", allow_duplicate=True),
    Input(Ids.COMPARE_STOP, "n_clicks"),
    State(Ids.COMPARE_JOB, "data"),
    prevent_initial_call=True,
)
def stop_moves(clicks: Any, held: Any) -> Any:
    """Stop a comparison."""
    return stop_job(clicks, held)
