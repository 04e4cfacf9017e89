"""The Clusters tab's callbacks: find groups as a job, show them, keep them, make segments."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from dash import Input, Output, State, callback, ctx, no_update

from analytics.cluster_work import is_over, submit_clusters
from analytics.jobs import queue
from analytics.reports.clusters import SETS, Asked, features_of
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks import _clusters_charts as charts
from callbacks import _clusters_views as views
from callbacks._clusters_shown import KNOWN, first_shown, grouping, stop_job, tile_view
from callbacks._errors import tell_failure
from callbacks._inputs import read_question
from callbacks._views import narrowed
from clickhouse_schema.clusters.features import CATEGORY, CHANNEL, PLAIN, feature_of
from clickhouse_schema.made.things import Author
from layouts import clusters_results as drawn
from layouts.clusters import FRAME, MAP, MEANING, PARALLEL, PROFILE, SILHOUETTE, TRIED, Ids
from layouts.format import period
from layouts.ids import tile
from layouts.views import ChartView

_OWN_MOST = 40


@callback(
    Output(Ids.WHOM, "children"),
    Output(Ids.OWN, "options"),
    Input(tile("gate", FRAME), "data"),
    prevent_initial_call=True,
)
def tell_whom(question: Any) -> Any:
    """Say of whom groups will be found, and offer the features of an own choice."""
    if question is None:
        return no_update, no_update
    try:
        facts = shell_facts()
        filters = narrowed(read_question(question, FRAME, facts), FRAME)
    except KNOWN as error:
        return tell_failure(FRAME, error)["failed"], no_update
    whom = "customers" if filters.segment is None else f"customers in “{filters.segment.name}”"
    names = [*filters.countries, *filters.channels, *filters.categories]
    only = f", only {', '.join(names[:4])}" if names else ""
    days = period(filters.start, min(filters.end, facts.data.today))
    return f"Of all {whom} who ordered {days}{only}.", _own_options(facts)


def _own_options(facts: ShellFacts) -> list[dict[str, str]]:
    words = [
        *PLAIN,
        *(f"{CHANNEL}{name}" for name in facts.channels[:_OWN_MOST] if len(facts.channels) > 1),
        *(f"{CATEGORY}{name}" for name in facts.categories[:_OWN_MOST]
          if len(facts.categories) > 1),
    ]  # fmt: skip
    return [{"value": word, "label": feature_of(word).label} for word in words]


@callback(
    Output(Ids.MEANING, "children"), Output(Ids.OWN_FIELD, "hidden"), Input(Ids.ABOUT, "value")
)
def tell_meaning(about: Any) -> Any:
    """Say what a set of features is."""
    return MEANING.get(str(about), ""), about != "own"


@callback(
    Output(Ids.JOB, "data"),
    Output(Ids.ERROR, "children"),
    Input(Ids.FIND, "n_clicks"),
    State(tile("gate", FRAME), "data"),
    State(Ids.ABOUT, "value"),
    State(Ids.OWN, "value"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
def start(clicks: Any, question: Any, about: Any, own: Any, author: Any) -> Any:
    """Queue the question; that of somebody who asks the same is shared."""
    if not clicks or question is None:
        return no_update, no_update
    try:
        facts = shell_facts()
        asked = read_question(question, FRAME, facts)
        filters = narrowed(asked, FRAME)
        words = tuple(str(word) for word in own) if isinstance(own, list) else ()
        about = about if about in SETS else "value"
        features_of(about, words if about == "own" else (), facts)
        given = Asked(about, words if about == "own" else (), asked.filters)
        segment = asked.segment if filters.segment else ""
        who = Author.of(author if isinstance(author, str) else None)
        job = submit_clusters(queue(), given, segment, who.name)
    except (ValueError, *KNOWN) as error:
        return no_update, str(error)
    return {"id": job, "n": clicks}, ""


@callback(
    Output(Ids.PROGRESS, "hidden"),
    Output(Ids.BAR, "style"),
    Output(Ids.DOING, "children"),
    Output(Ids.POLL, "disabled"),
    Output(Ids.FIND, "disabled"),
    Output(Ids.FOUND, "data"),
    Output(Ids.ERROR, "children", allow_duplicate=True),
    Input(Ids.JOB, "data"),
    Input(Ids.POLL, "n_intervals"),
    Input(tile("gate", FRAME), "data"),
    State(Ids.FOUND, "data"),
    prevent_initial_call=True,
)
def follow(held: Any, ticks: Any, question: Any, found: Any) -> Any:
    """Follow the job; when it is done, show what it found. On a new page, what is in use."""
    if question is None:
        return [no_update] * 7
    id_ = str(held.get("id"))[:64] if isinstance(held, dict) else ""
    try:
        job = queue().find(id_) if id_ else None
        if job is None or is_over(job):
            shown: Any = no_update if found else first_shown()
            error: Any = no_update
            if job is not None and ctx.triggered_id in (Ids.JOB, Ids.POLL):
                if job.state == "done":
                    shown = {"id": job.answer["grouping"], "job": job.id}
                error = job.error or ("Stopped." if job.state == "cancelled" else "")
            return True, {"width": "0%"}, "", True, False, shown, error
    except KNOWN as error:
        return True, no_update, "", True, False, no_update, str(error)
    said = f"{job.message} … {job.percent:.0f}%" if job.state == "running" else "Waiting its turn"
    shown = no_update if found else first_shown()
    return False, {"width": f"{job.percent:.0f}%"}, said, False, True, shown, ""


@callback(
    Output(Ids.DOING, "children", allow_duplicate=True),
    Input(Ids.STOP, "n_clicks"),
    State(Ids.JOB, "data"),
    prevent_initial_call=True,
)
def stop(clicks: Any, held: Any) -> Any:
    """Stop the job."""
    return stop_job(clicks, held)


@callback(Output(Ids.RESULT, "children"), Input(Ids.FOUND, "data"), prevent_initial_call=True)
def lay_out(found: Any) -> Any:
    """Lay out a grouping: its charts are drawn when they come into view."""
    try:
        made = grouping(found)
    except KNOWN as error:
        return tell_failure(FRAME, error)["failed"]
    if made is None:
        return drawn.nothing_found()
    return drawn.results(views.summary_of(made.body), views.cards_of(made.body))


def _draw(name: str, build: Callable[[Any, ShellFacts], ChartView]) -> None:
    """Let a tile show a chart of the grouping that is shown."""

    @callback(
        Output(tile("view", name), "data"),
        Input(tile("gate", name), "data"),
        State(Ids.FOUND, "data"),
    )
    def draw(question: Any, found: Any) -> Any:
        return tile_view(name, found, question, build)


for _name, _build in (
    (PROFILE, charts.profile_view),
    (PARALLEL, charts.parallel_view),
    (MAP, charts.map_view),
    (TRIED, charts.tried_view),
    (SILHOUETTE, charts.silhouette_view),
):
    _draw(_name, _build)
for _more in ("saving", "kept"):
    import_module(f"callbacks.clusters_{_more}")
