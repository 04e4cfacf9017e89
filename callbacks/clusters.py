"""The Clusters tab's callbacks: find groups as a job, show them, keep them, make segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import (
    ALL,
    Input,
    Output,
    State,
    callback,
    ctx,
    no_update,
)

from analytics.cluster_members import GROUPING, kept_groupings
from analytics.cluster_models import (
    drift_of,
    in_use,
    rule_tree,
    use,
)
from analytics.cluster_segments import save_members, save_rule
from analytics.cluster_work import is_over, submit_clusters
from analytics.errors import AnalysisError
from analytics.jobs import queue
from analytics.reports._warehouse import warehouse
from analytics.reports.clusters import SETS, Asked, features_of
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks import _clusters_charts as charts
from callbacks import _clusters_views as views
from callbacks._errors import notify, tell_failure
from callbacks._inputs import read_question
from callbacks._views import narrowed
from clickhouse_schema.clusters.features import CATEGORY, CHANNEL, PLAIN, feature_of
from clickhouse_schema.errors import MadeError, QueryCancelled, WarehouseError
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.store import archive
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.rules.tree import RuleError
from layouts import clusters_results as drawn
from layouts.clusters import (
    FRAME,
    MAP,
    MEANING,
    MOVES,
    PARALLEL,
    PROFILE,
    SILHOUETTE,
    TRIED,
    Ids,
    do,
    save_as,
)
from layouts.format import period
from layouts.ids import tile
from layouts.views import ChartView

_KNOWN = (RuleError, AnalysisError, WarehouseError)
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
    except _KNOWN as error:
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
    prevent_initial_call=True,
)
def start(clicks: Any, question: Any, about: Any, own: Any) -> Any:
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
        job = submit_clusters(queue(), given, segment, "Somebody")
    except (ValueError, *_KNOWN) as error:
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
            shown: Any = no_update if found else _first_shown()
            error: Any = no_update
            if job is not None and ctx.triggered_id in (Ids.JOB, Ids.POLL):
                if job.state == "done":
                    shown = {"id": job.answer["grouping"], "job": job.id}
                error = job.error or ("Stopped." if job.state == "cancelled" else "")
            return True, {"width": "0%"}, "", True, False, shown, error
    except _KNOWN as error:
        return True, no_update, "", True, False, no_update, str(error)
    said = f"{job.message} … {job.percent:.0f}%" if job.state == "running" else "Waiting its turn"
    shown = no_update if found else _first_shown()
    return False, {"width": f"{job.percent:.0f}%"}, said, False, True, shown, ""


def _first_shown() -> Any:
    """Return the grouping a page begins with: the one in use, else the last found."""
    used = in_use(warehouse())
    if used is None:
        kept = kept_groupings(warehouse())
        used = kept[0].id if kept else None
    return {"id": used} if used else {"id": ""}


@callback(
    Output(Ids.DOING, "children", allow_duplicate=True),
    Input(Ids.STOP, "n_clicks"),
    State(Ids.JOB, "data"),
    prevent_initial_call=True,
)
def stop(clicks: Any, held: Any) -> Any:
    """Stop the job."""
    if not clicks or not isinstance(held, dict):
        return no_update
    try:
        queue().cancel(str(held.get("id"))[:64])
    except _KNOWN as error:
        return str(error)
    return "Stopping …"


@callback(Output(Ids.RESULT, "children"), Input(Ids.FOUND, "data"), prevent_initial_call=True)
def lay_out(found: Any) -> Any:
    """Lay out a grouping: its charts are drawn when they come into view."""
    try:
        made = _grouping(found)
    except _KNOWN as error:
        return tell_failure(FRAME, error)["failed"]
    if made is None:
        return drawn.nothing_found()
    return drawn.results(views.summary_of(made.body), views.cards_of(made.body))


def _grouping(found: Any) -> Made | None:
    id_ = str(found.get("id") or "")[:64] if isinstance(found, dict) else ""
    return current(warehouse(), GROUPING, id_) if id_ else None


def _tile_view(
    name: str, found: Any, question: Any, build: Callable[[Any, ShellFacts], ChartView]
) -> Any:
    """Return a tile's view of the grouping that is shown."""
    if question is None:
        return no_update
    try:
        made, facts = _grouping(found or _first_shown()), shell_facts()
        if made is None:
            return no_update
        return {**build(made.body, facts).to_dict(), "version": facts.version}
    except QueryCancelled:
        return no_update
    except _KNOWN as error:
        return tell_failure(name, error)


def _draw(name: str, build: Callable[[Any, ShellFacts], ChartView]) -> None:
    """Let a tile show a chart of the grouping that is shown."""

    @callback(
        Output(tile("view", name), "data"),
        Input(tile("gate", name), "data"),
        State(Ids.FOUND, "data"),
    )
    def draw(question: Any, found: Any) -> Any:
        return _tile_view(name, found, question, build)


for _name, _build in (
    (PROFILE, charts.profile_view),
    (PARALLEL, charts.parallel_view),
    (MAP, charts.map_view),
    (TRIED, charts.tried_view),
    (SILHOUETTE, charts.silhouette_view),
):
    _draw(_name, _build)


@callback(
    Output(tile("view", MOVES), "data"),
    Input(tile("gate", MOVES), "data"),
    Input(Ids.OTHER, "value"),
    State(Ids.FOUND, "data"),
)
def draw_moves(question: Any, other: Any, found: Any) -> Any:
    """Draw who is where in another grouping and in this one."""
    if not other:
        return {"empty": "Find groups a second time, of other days or by other features, to see "
                "who is where in both."}  # fmt: skip

    def build(body: Any, facts: ShellFacts) -> ChartView:
        first = current(warehouse(), GROUPING, str(other)[:64])
        second = _grouping(found or _first_shown())
        return charts.moves_view(first, second or first, facts)

    return _tile_view(MOVES, found, question, build)


@callback(
    Output(Ids.DETAIL, "children"),
    Input(Ids.CLOSER, "value"),
    State(Ids.FOUND, "data"),
)
def look_closer(chosen: Any, found: Any) -> Any:
    """Show one group closer."""
    try:
        made = _grouping(found)
    except _KNOWN as error:
        return str(error)
    place = int(chosen) if str(chosen).isdigit() else 1
    if made is None or not 1 <= place <= len(made.body["clusters"]):
        return no_update
    return drawn.closer(views.closer_of(made.id, made.body, place))


@callback(
    Output(Ids.SAVED, "children"),
    Input(save_as(ALL, ALL), "n_clicks"),
    State(Ids.FOUND, "data"),
    prevent_initial_call=True,
)
def save_segment(clicks: Any, found: Any) -> Any:
    """Make a group a segment: its rule, or its customers of today."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update
    try:
        made = _grouping(found)
        place = pressed.get("cluster")
        if made is None or type(place) is not int or not 1 <= place <= len(made.body["clusters"]):
            return no_update
        if pressed.get("what") == "members":
            kept = save_members(made, place, shell_facts(), Author.of(None))
        else:
            tree = rule_tree(made.body, place)
            if tree is None:
                return "This rule cannot be built as a segment's. Save its customers instead."
            kept = save_rule(made, place, tree, Author.of(None))
    except (MadeError, *_KNOWN) as error:
        return str(error)
    return drawn.saved(kept.name, kept.id)


@callback(
    Output(Ids.KEPT, "children"),
    Output(Ids.OTHER, "options"),
    Output(Ids.OTHER, "value"),
    Output(Ids.DRIFT, "children"),
    Input(Ids.RESULT, "children"),
    Input(Ids.CHANGED, "data"),
    State(Ids.FOUND, "data"),
    prevent_initial_call=True,
)
def list_kept(result: Any, changed: Any, found: Any) -> Any:
    """List the kept groupings, offer them for comparing, and say how this one has aged."""
    try:
        shown = _grouping(found)
        if shown is None:
            return [no_update] * 4
        every = kept_groupings(warehouse())
        rows = views.kept_rows(every, shown.id, in_use(warehouse()))
        others = [made for made in every if made.id != shown.id]
        drift = drift_of(shown.id, shown.body, shell_facts())
    except _KNOWN as error:
        return str(error), [], None, ""
    options = [{"value": made.id, "label": made.name} for made in others]
    value = others[0].id if others else None
    return drawn.kept(rows), options, value, views.drift_words(shown.body, drift)


@callback(
    Output(Ids.FOUND, "data", allow_duplicate=True),
    Output(Ids.CHANGED, "data"),
    Input(do(ALL, ALL), "n_clicks"),
    State(Ids.FOUND, "data"),
    prevent_initial_call=True,
)
def change_kept(clicks: Any, found: Any) -> Any:
    """Show a kept grouping, put it in use, or archive it, as the button says."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    id_, what = str(pressed.get("id"))[:64], pressed.get("what")
    changed = {"n": f"{ctx.triggered[0]}"}
    try:
        if what == "open":
            return {"id": id_}, no_update
        made = current(warehouse(), GROUPING, id_)
        if what == "use":
            use(warehouse(), id_, Author.of(None))
            notify(f"“{made.name}” is in use now.", head="Groupings")
        elif what == "archive":
            archive(warehouse(), GROUPING, id_, made_from=made.version, author=Author.of(None))
            notify(f"“{made.name}” is in the archive.", head="Groupings")
            if isinstance(found, dict) and found.get("id") == id_:
                return _first_shown(), changed
    except (MadeError, *_KNOWN) as error:
        notify(str(error), head="Nothing was changed", kind="warning")
        return no_update, no_update
    return no_update, changed
