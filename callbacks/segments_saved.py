"""The callbacks of kept segments: list them, change them, compare them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update

from analytics.errors import AnalysisError
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import shell_facts
from analytics.saved_segments import SEGMENT
from callbacks._errors import notify, tell_failure
from callbacks._inputs import read_day
from callbacks._segments_kept import (
    cards_of,
    moved_words,
    needed_by,
    overlap_view,
    versions_of,
)
from callbacks._segments_rule import basis_of, saved_segments, with_named
from clickhouse_schema.errors import MadeError, QueryCancelled, WarehouseError
from clickhouse_schema.made import store
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import RuleError
from layouts import segments_saved as drawn
from layouts.ids import tile
from layouts.segments import AUTHOR
from layouts.segments_builder import Ids as Builder
from layouts.segments_saved import OVERLAP, SAVED, Ids

_KNOWN = (RuleError, AnalysisError, WarehouseError)
_ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "archive": (store.archive, "is in the archive now; it can be restored there."),
    "restore": (store.restore, "is in use again."),
}


@callback(
    Output(Ids.LIST, "children"),
    Output(Ids.FIRST, "options"),
    Output(Ids.SECOND, "options"),
    Output(Ids.GROWN, "options"),
    Output(Ids.FIRST, "value"),
    Output(Ids.SECOND, "value"),
    Output(Ids.GROWN, "value"),
    Input(tile("gate", SAVED), "data"),
    Input(Ids.CHANGED, "data"),
    Input(Builder.OPENED, "data"),
    Input(Ids.SEARCH, "value"),
    Input(Ids.WHICH, "value"),
    State(Ids.FIRST, "value"),
    State(Ids.SECOND, "value"),
    State(Ids.GROWN, "value"),
    prevent_initial_call=True,
)
def list_segments(
    question: Any, changed: Any, opened: Any, text: Any, which: Any, *chosen: Any
) -> Any:
    """List the kept segments, and offer them for comparing."""
    if question is None:  # the view has not been opened yet
        return [no_update] * 7
    searched = text if isinstance(text, str) else ""
    archive = which == "archived"
    try:
        facts = shell_facts()
        saved = saved_segments()
        found = cards_of(
            searched, archived=archive, saved=saved, basis=basis_of(facts),
            currency=facts.data.currency,
        )  # fmt: skip
    except _KNOWN as error:
        return [tell_failure("segments-saved", error)["failed"], *[no_update] * 6]
    names = with_named(saved).names
    options = [
        {"value": id_, "label": name if id_ in saved.names else f"{name} (RFM)"}
        for id_, name in names.items()
    ]
    values = _still_there(list(names), chosen)
    shown = drawn.cards(found, archive=archive, searched=bool(searched))
    return [shown, options, options, options, *values]


def _still_there(ids: list[str], chosen: Sequence[Any]) -> list[str | None]:
    """Return what is compared: as chosen while that is there, else the last changed two."""
    first, second, grown = (one if one in ids else None for one in chosen)
    first = first or next(iter(ids), None)
    if second is None or second == first:
        second = next((id_ for id_ in ids if id_ != first), None)
    return [first, second, grown or first]


@callback(
    Output(Ids.CHANGED, "data"),
    Output(Ids.SHOWN, "data"),
    Input(drawn.do(ALL, ALL, ALL), "n_clicks"),
    Input({"type": "saved-undo", "id": ALL, "version": ALL, "to": ALL}, "n_clicks"),
    Input(drawn.adopt(ALL, ALL, ALL), "n_clicks"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_segment(clicks: Any, undone: Any, adopted: Any, author: Any) -> Any:
    """Duplicate, archive, restore, go back or use what was kept aside, as the button says."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    who = Author.of(author if isinstance(author, str) else None)
    id_ = str(pressed.get("id"))[:64]
    try:
        told = _done(pressed, id_, who)
    except (MadeError, WarehouseError) as error:
        notify(str(error), head="Nothing was changed", kind="warning")
        told = ""
    if told:
        notify(told, head="Saved segments")
    return ctx.triggered[0], {"id": id_, "n": str(ctx.triggered[0])}


def _done(pressed: dict[str, Any], id_: str, who: Author) -> str:
    """Do what a button says; return what was done in words, nothing for looking."""
    version = pressed.get("version")
    if type(version) is not int:
        return ""
    if pressed.get("type") == "saved-undo":
        to = pressed.get("to")
        made = store.undo(
            warehouse(), SEGMENT, id_, made_from=version, author=who,
            to=to if type(to) is int else None,
        )  # fmt: skip
        return f"“{made.name}” is as it was in version {to}, now as version {made.version}."
    if pressed.get("type") == "saved-adopt":
        revision = str(pressed.get("revision"))[:64]
        made = store.adopt(warehouse(), SEGMENT, id_, revision, made_from=version, author=who)
        return f"“{made.name}” is now as it was kept aside, as version {made.version}."
    what = str(pressed.get("what"))
    if what == "duplicate":
        return f"“{store.duplicate(warehouse(), SEGMENT, id_, author=who).name}” was made."
    if what in _ACTS:
        act, said = _ACTS[what]
        made = act(warehouse(), SEGMENT, id_, made_from=version, author=who)
        needed = needed_by(id_) if what == "archive" else ""
        return f"“{made.name}” {said}{needed}"
    return ""


@callback(Output(Ids.HISTORY, "children"), Input(Ids.SHOWN, "data"), prevent_initial_call=True)
def show_history(shown: Any) -> Any:
    """Show who changed a segment when, and what."""
    id_ = str(shown.get("id")) if isinstance(shown, dict) else ""
    try:
        name, versions = versions_of(id_, saved_segments(), shell_facts().data.currency)
    except _KNOWN as error:
        return html.P(str(error), className="sub")
    return drawn.history(name, versions, id_)


@callback(
    Output(tile("view", OVERLAP), "data"),
    Input(Ids.FIRST, "value"),
    Input(Ids.SECOND, "value"),
    Input(tile("gate", OVERLAP), "data"),
    Input(Ids.CHANGED, "data"),
    prevent_initial_call=True,
)
def draw_overlap(first: Any, second: Any, question: Any, changed: Any) -> Any:
    """Draw how two segments overlap."""
    if question is None:
        return no_update
    if not first or not second or first == second:
        return {"empty": "Choose two different segments."}
    return _view(OVERLAP, overlap_view, (str(first), str(second)))


def _view(name: str, build: Callable[..., Any], asked: Any) -> Any:
    try:
        facts = shell_facts()
        view = build(asked, with_named(saved_segments()), basis_of(facts), facts)
        return {**view.to_dict(), "version": facts.version}
    except QueryCancelled:
        return no_update
    except _KNOWN as error:
        return tell_failure(name, error)


@callback(
    Output(Ids.MOVED, "children"),
    Input(Ids.GROWN, "value"),
    Input(Ids.SINCE, "value"),
    prevent_initial_call=True,
)
def tell_moved(id_: Any, since: Any) -> Any:
    """Say who joined and left since a day."""
    start: date | None = read_day(since)
    if not id_ or start is None:
        return []
    try:
        facts = shell_facts()
        said = moved_words(
            str(id_), start, with_named(saved_segments()), basis_of(facts), facts.data.currency
        )
    except _KNOWN as error:
        return str(error)
    return [html.Span(one, className="moved-part") for one in said]
