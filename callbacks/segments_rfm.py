"""The RFM view's callbacks: a question in, a finished view out; maps and playbooks kept."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    no_update,
)

from analytics.playbooks import PLAYBOOKS, Playbook, playbook, reset_playbook, save_playbook
from analytics.reports._warehouse import warehouse
from analytics.saved_segments import KeptMap, kept_map
from analytics.segment_map import changes, keep, take_back
from callbacks import _segments_views as views
from callbacks._errors import notify
from callbacks._inputs import read_day
from callbacks._segments_asked import MEASURES, read_asked, read_cuts, read_map, typed_cuts
from callbacks._segments_movement import movement_view
from callbacks._views import finished_view
from clickhouse_schema.errors import SaveConflict, WarehouseError
from clickhouse_schema.made.things import Author
from layouts.format import day
from layouts.ids import Shell, tile
from layouts.segments import AUTHOR
from layouts.segments_rfm import (
    FREQUENCY,
    HOLDOUT,
    MAP,
    MONETARY,
    MOVEMENT,
    RECENCY,
    RFM,
    SIZES,
    TABLE,
    TREEMAP,
    VALUES,
    Ids,
    cell,
    cuts_input,
    map_history,
    playbook_part,
    playbook_text,
)

_ASKED = Input(Ids.ASKED, "data")
_MOST_TOLD = 20


def _draw(name: str, question: Any, asked: Any, build: Any, **options: Any) -> Any:
    """Answer a tile; nothing before the kept map has arrived."""
    if asked is None:
        return no_update
    return finished_view(name, question, build, asked=read_asked(asked), **options)


@callback(
    Output(tile("view", TREEMAP), "data"),
    Input(tile("gate", TREEMAP), "data"),
    _ASKED,
    Input(tile("switch", TREEMAP), "value"),
)
def draw_treemap(question: Any, asked: Any, size: Any) -> Any:
    """Draw the segments as areas."""
    size = size if isinstance(size, str) and size in SIZES else "customers"
    return _draw(TREEMAP, question, asked, views.treemap_view, size=size)


@callback(Output(tile("view", MAP), "data"), Input(tile("gate", MAP), "data"), _ASKED)
def draw_map(question: Any, asked: Any) -> Any:
    """Draw the map of 25 cells."""
    return _draw(MAP, question, asked, views.map_view)


@callback(Output(tile("view", TABLE), "data"), Input(tile("gate", TABLE), "data"), _ASKED)
def draw_table(question: Any, asked: Any) -> Any:
    """List the ten segments."""
    return _draw(TABLE, question, asked, views.table_view)


@callback(Output(tile("view", RECENCY), "data"), Input(tile("gate", RECENCY), "data"), _ASKED)
def draw_recency(question: Any, asked: Any) -> Any:
    """Draw how recency is spread."""
    return _draw(RECENCY, question, asked, partial(views.spread_view, measure="recency"))


@callback(Output(tile("view", FREQUENCY), "data"), Input(tile("gate", FREQUENCY), "data"), _ASKED)
def draw_frequency(question: Any, asked: Any) -> Any:
    """Draw how frequency is spread."""
    return _draw(FREQUENCY, question, asked, partial(views.spread_view, measure="frequency"))


@callback(Output(tile("view", MONETARY), "data"), Input(tile("gate", MONETARY), "data"), _ASKED)
def draw_monetary(question: Any, asked: Any) -> Any:
    """Draw how monetary value is spread."""
    return _draw(MONETARY, question, asked, partial(views.spread_view, measure="monetary"))


@callback(
    Output(tile("view", MOVEMENT), "data"),
    Input(tile("gate", MOVEMENT), "data"),
    _ASKED,
    Input(Ids.EARLIER, "date"),
    Input(tile("switch", MOVEMENT), "value"),
    Input(Ids.LEFT, "value"),
)
def draw_movement(question: Any, asked: Any, earlier: Any, value: Any, left: Any) -> Any:
    """Draw who went where between two snapshots, and say who left a segment."""
    value = value if isinstance(value, str) and value in VALUES else "customers"
    left = left if isinstance(left, str) and left in PLAYBOOKS else "champions"
    since = read_day(earlier)
    return _draw(MOVEMENT, question, asked, movement_view, earlier=since, value=value, left=left)


@callback(Output(tile("view", HOLDOUT), "data"), Input(tile("gate", HOLDOUT), "data"), _ASKED)
def draw_holdout(question: Any, asked: Any) -> Any:
    """Draw whether the ranking held."""
    return _draw(HOLDOUT, question, asked, views.holdout_view)


@callback(Output(Ids.KEPT, "data"), Input(tile("gate", RFM), "data"), State(Ids.KEPT, "data"))
def open_map(question: Any, held: Any) -> Any:
    """Fetch the map in use, once the view is in sight."""
    if question is None or held is not None:
        return no_update
    try:
        return _plain_map(kept_map(warehouse()))
    except WarehouseError as error:
        notify(str(error), head="The map of segments could not be read", kind="danger")
        return no_update


@callback(
    Output(Ids.KEPT, "data", allow_duplicate=True),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.UNDO, "n_clicks"),
    State(Ids.DRAFT, "data"),
    State(Ids.KEPT, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def keep_map(save: Any, undo: Any, draft: Any, kept: Any, author: Any) -> Any:
    """Save what was painted as a new version, or take the last one back."""
    if not isinstance(kept, dict) or not (save or undo):
        return no_update
    version = _version(kept)
    who = Author.of(author if isinstance(author, str) else None)
    try:
        if ctx.triggered_id == Ids.UNDO:
            newest = take_back(warehouse(), made_from=version, author=who)
            notify(f"The map is back as it was before. It is version {newest.version} now.")
        elif isinstance(draft, dict):
            rows, cuts = read_map(draft.get("rows")), read_cuts(draft.get("cuts"))
            newest = keep(warehouse(), rows, cuts, made_from=version, author=who)
            notify(f"The map is saved as version {newest.version} by {newest.author}.")
        else:
            return no_update
    except SaveConflict as error:
        notify(str(error), head="Somebody else saved first", kind="warning")
        newest = kept_map(warehouse())
    except WarehouseError as error:
        notify(str(error), head="The map was not changed", kind="warning")
        return no_update
    return _plain_map(newest)


def _version(held: dict[str, Any]) -> int:
    """Return the version a store names; 0 for none."""
    version = held.get("version")
    return version if isinstance(version, int) else 0


def _plain_map(kept: KeptMap) -> dict[str, Any]:
    cuts = kept.cuts
    return {
        "rows": kept.map.to_list(),
        "cuts": cuts and {measure: list(getattr(cuts, measure)) for measure in MEASURES},
        "version": kept.version,
        "author": kept.author,
    }


@callback(Output(Ids.HISTORY, "children"), Input(Ids.KEPT, "data"))
def tell_history(kept: Any) -> Any:
    """List what was done to the map, by whom and when."""
    if kept is None:
        return no_update
    try:
        found = changes(warehouse())
    except WarehouseError as error:
        return str(error)
    return map_history(
        [
            (
                f"Version {one.version}: {one.done}, {day(one.at.date())}, {one.at:%H:%M} UTC",
                one.told,
            )
            for one in found[:_MOST_TOLD]
        ]
    )


@callback(
    Output(Ids.TYPED, "data"),
    Output(Ids.CUTS_ERROR, "children"),
    Input(Ids.CUTS_APPLY, "n_clicks"),
    *[State(cuts_input(measure), "value") for measure in MEASURES],
    prevent_initial_call=True,
)
def apply_cuts(clicks: Any, *typed: Any) -> tuple[Any, str]:
    """Score by the cuts somebody typed, or say what is wrong with them."""
    texts = {
        measure: text if isinstance(text, str) else None
        for measure, text in zip(MEASURES, typed, strict=True)
    }
    try:
        cuts = typed_cuts(texts)
    except ValueError as error:
        return no_update, str(error)
    return {measure: list(getattr(cuts, measure)) for measure in MEASURES}, ""


@callback(
    Output(Ids.BOOK, "data"),
    Output(Ids.READING, "children"),
    Output(Ids.WHAT, "value"),
    Output(Ids.DO, "value"),
    Output(Ids.WHOM, "value"),
    Input(tile("gate", RFM), "data"),
    Input(Ids.CHOICE, "value"),
    Input(Ids.SAVE_BOOK, "n_clicks"),
    Input(Ids.RESET_BOOK, "n_clicks"),
    State(Ids.BOOK, "data"),
    State(Ids.WHAT, "value"),
    State(Ids.DO, "value"),
    State(Ids.WHOM, "value"),
    State(AUTHOR, "value"),
)
def show_playbook(
    question: Any, segment: Any, save: Any, reset: Any,
    held: Any, what: Any, steps: Any, whom: Any, author: Any,
) -> Any:  # fmt: skip
    """Open a segment's playbook; keep a new text, or go back to the original one."""
    if question is None:
        return [no_update] * 5
    segment = segment if isinstance(segment, str) and segment in PLAYBOOKS else "champions"
    held = held if isinstance(held, dict) and held.get("segment") == segment else {}
    version = _version(held)
    who = Author.of(author if isinstance(author, str) else None)
    try:
        if ctx.triggered_id == Ids.SAVE_BOOK:
            lines = [line.strip() for line in str(steps or "").splitlines() if line.strip()]
            book = save_playbook(
                warehouse(), segment, what=str(what or ""), do=lines, whom=str(whom or ""),
                made_from=version, author=who,
            )  # fmt: skip
            notify(f"The playbook of {book.title} is saved as version {book.version}.")
        elif ctx.triggered_id == Ids.RESET_BOOK and version:
            book = reset_playbook(warehouse(), segment, made_from=version, author=who)
        else:
            book = playbook(warehouse(), segment)
    except WarehouseError as error:
        notify(str(error), head="The playbook was not saved", kind="warning")
        return [no_update] * 5
    return _told_book(book)


def _told_book(book: Playbook) -> list[Any]:
    state = f"Version {book.version}, by {book.author}." if book.version else "The original text."
    return [
        {"segment": book.segment, "version": book.version},
        playbook_text(book.segment, book.what, book.do, book.whom, state),
        book.what,
        "\n".join(book.do),
        book.whom,
    ]


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("segments", function)


clientside_callback(
    _browser("bounds"),
    *[
        Output(picker, part)
        for picker in (Ids.SNAPSHOT, Ids.EARLIER)
        for part in ("min_date_allowed", "max_date_allowed", "initial_visible_month")
    ],
    Input(Shell.BOUNDS, "data"),
)
clientside_callback(
    _browser("when"),
    Output(Ids.SNAPSHOT, "date"),
    Output(Ids.EARLIER, "date"),
    Input(Shell.LOCATION, "search"),
    Input(Ids.SNAPSHOT, "date"),
    Input(Ids.EARLIER, "date"),
)
clientside_callback(
    _browser("restore"),
    Output(Ids.RETURNS, "value"),
    Output(Ids.NEXT, "value"),
    Output(Ids.LEFT, "value"),
    Output(Ids.TYPED, "data", allow_duplicate=True),
    Input(Shell.LOCATION, "search"),
    Input(Ids.SHARED, "id"),  # also as soon as the view is there
    prevent_initial_call="initial_duplicate",
)
clientside_callback(
    _browser("share"),
    Output(Ids.SHARED, "data"),
    Input(Ids.RETURNS, "value"),
    Input(Ids.NEXT, "value"),
    Input(Ids.LEFT, "value"),
    Input(Ids.DRAFT, "data"),
    Input(Ids.KEPT, "data"),
    State(Ids.SHARED, "data"),
)
clientside_callback(
    _browser("draft"),
    Output(Ids.DRAFT, "data"),
    Input(cell(ALL, ALL), "n_clicks"),
    Input(Ids.DISCARD, "n_clicks"),
    Input(Ids.SCORING, "value"),
    Input(Ids.TYPED, "data"),
    Input(Ids.KEPT, "data"),
    State(Ids.BRUSH, "value"),
    State(Ids.DRAFT, "data"),
)
clientside_callback(
    _browser("asked"),
    Output(Ids.ASKED, "data"),
    Input(Ids.KEPT, "data"),
    Input(Ids.DRAFT, "data"),
    Input(Ids.SNAPSHOT, "date"),
    Input(Ids.RETURNS, "value"),
    Input(Ids.NEXT, "value"),
    State(Shell.BOUNDS, "data"),
    State(Ids.ASKED, "data"),
)
clientside_callback(
    _browser("state"),
    Output(Ids.STATE, "children"),
    Output(Ids.SAVE, "disabled"),
    Output(Ids.DISCARD, "disabled"),
    Output(Ids.UNDO, "disabled"),
    Input(Ids.KEPT, "data"),
    Input(Ids.DRAFT, "data"),
)
clientside_callback(
    _browser("scoring"),
    Output(Ids.SCORING, "value"),
    *[Output(cuts_input(measure), "value") for measure in MEASURES],
    Input(Ids.KEPT, "data"),
    Input(Ids.DISCARD, "n_clicks"),
    Input(Ids.TYPED, "data"),
)
clientside_callback(
    _browser("cutsForm"), Output(Ids.CUTS_FORM, "hidden"), Input(Ids.SCORING, "value")
)
clientside_callback(
    _browser("cells"),
    Output(cell(ALL, ALL), "title"),
    Input(tile("view", MAP), "data"),
    State(cell(ALL, ALL), "id"),
)
clientside_callback(
    _browser("choose"),
    Output(Ids.CHOICE, "value"),
    Input(tile("graph", TREEMAP), "clickData"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("editing"),
    Output(playbook_part(ALL), "hidden"),
    Input(Ids.EDIT, "n_clicks"),
    Input(Ids.CANCEL, "n_clicks"),
    Input(Ids.BOOK, "data"),
    State(playbook_part(ALL), "id"),
)
