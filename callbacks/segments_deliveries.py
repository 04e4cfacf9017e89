"""The callbacks of deliveries: set them up, send them, follow and repeat their runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
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

from analytics.activation import desk
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.settings import delivery_settings
from analytics.activation.work import stop_delivery
from analytics.errors import AnalysisError
from analytics.exports.layouts import LAYOUTS
from analytics.jobs import queue
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import shell_facts
from callbacks._errors import notify, tell_failure
from callbacks._segments_deliveries import (
    MOST_RUNS,
    delivery_card,
    form_of,
    name_of,
    plan_of,
    run_line,
    said,
    to_send,
)
from callbacks._segments_rule import saved_segments
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.made.reading import current, listed
from clickhouse_schema.made.store import archive
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import RuleError
from layouts import segments_deliveries as drawn
from layouts.ids import Shell, tile
from layouts.segments import AUTHOR
from layouts.segments_builder import Ids as Builder
from layouts.segments_deliveries import DELIVERIES, FORM, QUICK, SLOW, WAITING, Ids
from layouts.segments_saved import Ids as Kept

_KNOWN = (RuleError, AnalysisError, WarehouseError)
_EMPTY: list[Any] = [
    None, "generic", "folder", "csv", "", 1000, "hand", "0", drawn.USUAL_TIME, "",
]  # fmt: skip
_VALUES = [State(part, "value") for part in FORM]


@callback(
    Output(Ids.SEGMENT, "options"),
    Output(Ids.PLACE, "children"),
    Input(tile("gate", DELIVERIES), "data"),
    Input(Builder.OPENED, "data"),
    Input(Kept.CHANGED, "data"),
    prevent_initial_call=True,
)
def offer(question: Any, opened: Any, changed: Any) -> Any:
    """Offer the kept segments, and say where files go."""
    if question is None:
        return no_update, no_update
    try:
        names = to_send()
        settings = delivery_settings()
    except _KNOWN as error:
        return no_update, tell_failure("segments-deliveries", error)["failed"]
    options = [{"value": id_, "label": name} for id_, name in names.items()]
    return options, desk.folder_problem(settings) or f"Files go to {settings.folder}"


@callback(
    Output(Ids.LIST, "children"),
    Output(Ids.LOG, "children"),
    Output(Ids.SHOWN, "data"),
    Output(Ids.POLL, "interval"),
    Input(tile("gate", DELIVERIES), "data"),
    Input(Ids.CHANGED, "data"),
    Input(Ids.POLL, "n_intervals"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
def list_deliveries(question: Any, changed: Any, ticks: Any, shown: Any) -> Any:
    """List deliveries and what was sent; often while something runs, and only what is new."""
    if question is None:
        return [no_update] * 4
    try:
        zone = shell_facts().data.time_zone
        log = desk.run_log(warehouse(), queue())
        cards = [
            delivery_card(one, zone) for one in desk.planned(warehouse(), log, datetime.now(UTC))
        ]
        names = {made.id: made.name for made in listed(warehouse(), ACTIVATION, archived=None)}
    except _KNOWN as error:
        if ctx.triggered_id == Ids.POLL:  # it is asked again, and was told before
            return [no_update] * 4
        return [tell_failure("segments-deliveries", error)["failed"], *[no_update] * 3]
    lines = [run_line(one, names.get(one.run.activation_id, ""), zone) for one in log[:MOST_RUNS]]
    rest = min(
        (WAITING if one.run.state == "waiting" else QUICK for one in log if one.run.unfinished),
        default=SLOW,
    )
    digest = hashlib.sha256(repr((cards, lines)).encode()).hexdigest()
    if digest == shown and ctx.triggered_id == Ids.POLL:
        return no_update, no_update, no_update, rest
    return drawn.delivery_cards(cards), drawn.run_lines(lines), digest, rest


@callback(
    Output(Ids.SENTENCE, "children"),
    Output(Ids.ABOUT, "children"),
    *[Input(part, "value") for part in FORM],
    Input(tile("gate", DELIVERIES), "data"),
    prevent_initial_call=True,
)
def say(*values: Any) -> Any:
    """Say what the delivery being set up will do."""
    *form, question = values
    layout = form[FORM.index(Ids.COLUMNS)]
    about = LAYOUTS[layout].about if isinstance(layout, str) and layout in LAYOUTS else ""
    if question is None:
        return no_update, about
    try:
        facts = shell_facts()
        plan = plan_of(form, facts.data.time_zone)
        return said(plan, saved_segments(), facts, datetime.now(UTC)), about
    except (ValueError, *_KNOWN) as error:
        return str(error), about


@callback(
    *[Output(part, "value") for part in FORM],
    Output(Ids.EDITED, "data"),
    Output(Ids.HEAD, "children"),
    Output(Ids.NEW, "hidden"),
    Input(Ids.WANTED, "data"),
    Input(drawn.do("edit", ALL, ALL), "n_clicks"),
    Input(Ids.NEW, "n_clicks"),
    Input(Ids.CHANGED, "data"),
    State(Ids.EDITED, "data"),
    prevent_initial_call=True,
)
def fill_form(wanted: Any, edit: Any, new: Any, changed: Any, edited: Any) -> Any:
    """Begin anew, with the segment that is to be sent, or open a delivery to change it."""
    nothing = [no_update] * (len(FORM) + 3)
    pressed = ctx.triggered_id
    if pressed == Ids.WANTED:
        held = wanted if isinstance(wanted, dict) else {}
        return [str(held.get("segment"))[:64], *_EMPTY[1:], None, "New delivery", True]
    if pressed == Ids.NEW:
        return [*_EMPTY, None, "New delivery", True] if new else nothing
    if pressed == Ids.CHANGED:
        saved = isinstance(changed, dict) and changed.get("saved")
        return [*_EMPTY, None, "New delivery", True] if saved else nothing
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return nothing
    try:
        made = current(warehouse(), ACTIVATION, str(pressed.get("id"))[:64])
        form = form_of(Plan.of(made.body), made.name)
    except (ValueError, WarehouseError) as error:
        notify(str(error), head="This delivery cannot be opened", kind="warning")
        return nothing
    held = {"id": made.id, "version": made.version}
    return [*form, held, f"Change “{made.name}”", False]


@callback(
    Output(Ids.CHANGED, "data"),
    Output(Ids.ERROR, "children"),
    Output(Ids.KEY, "is_open"),
    Output(Ids.KEY_TEXT, "children"),
    Input(Ids.SEND, "n_clicks"),
    Input(Ids.SAVE, "n_clicks"),
    *_VALUES,
    State(Ids.EDITED, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def save_delivery(send: Any, save: Any, *values: Any) -> Any:
    """Keep what the form says, and send it if that was asked; a new secret is shown."""
    *form, edited, author = values
    if not (send or save):
        return [no_update] * 4
    who = Author.of(author if isinstance(author, str) else None)
    try:
        made, fresh = _kept(form, edited if isinstance(edited, dict) else {}, who)
        if ctx.triggered_id == Ids.SEND:
            desk.send_now(warehouse(), queue(), made.id, who)
            notify(f"“{made.name}” is saved and on its way.", head="Deliveries")
        else:
            notify(f"“{made.name}” is saved.", head="Deliveries")
    except (ValueError, *_KNOWN) as error:
        return no_update, str(error), no_update, no_update
    secret = desk.secret_of(made, delivery_settings()) if fresh else ""
    done = {"saved": made.id, "n": f"{made.revision} {send} {save}"}
    return done, "", bool(secret), secret


def _kept(form: list[Any], edited: dict[str, Any], who: Author) -> tuple[Any, bool]:
    """Return the delivery as kept, and whether its receiver needs to be given a secret."""
    id_, version = str(edited.get("id") or "")[:64], edited.get("version")
    before = current(warehouse(), ACTIVATION, id_) if id_ else None
    kept = None if before is None else Plan.of(before.body)
    plan = plan_of(form, shell_facts().data.time_zone, kept)
    desk.check_target(plan, delivery_settings())
    names = to_send()
    if plan.segment not in names:
        raise ValueError("That segment is not in use any more: choose another.")
    typed = form[FORM.index(Ids.NAME)]
    name = typed.strip() if isinstance(typed, str) else ""
    made = desk.keep_delivery(
        warehouse(), plan,
        name=name or desk.free_name(warehouse(), name_of(plan, names[plan.segment])),
        author=who, id_=id_, made_from=version if type(version) is int else 0,
    )  # fmt: skip
    fresh = plan.to == "webhook" and (kept is None or kept.to != "webhook")
    return made, fresh


@callback(
    Output(Ids.CHANGED, "data", allow_duplicate=True),
    Output(Ids.KEY, "is_open", allow_duplicate=True),
    Output(Ids.KEY_TEXT, "children", allow_duplicate=True),
    Input(drawn.do(ALL, ALL, ALL), "n_clicks"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_delivery(clicks: Any, author: Any) -> Any:
    """Send, pause, resume, remove a delivery, or give it a new secret, as the button says."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return [no_update] * 3
    id_, version = str(pressed.get("id"))[:64], pressed.get("version")
    if type(version) is not int or pressed.get("what") not in _DELIVERY_ACTS:
        return [no_update] * 3
    who = Author.of(author if isinstance(author, str) else None)
    secret = ""
    try:
        told, secret = _DELIVERY_ACTS[pressed["what"]](id_, version, who)
        notify(told, head="Deliveries")
    except _KNOWN as error:
        notify(str(error), head="Nothing was changed", kind="warning")
    return {"n": f"{ctx.triggered[0]}"}, bool(secret), secret


def _send(id_: str, version: int, who: Author) -> tuple[str, str]:
    desk.send_now(warehouse(), queue(), id_, who)
    return "It is on its way.", ""


def _pause(id_: str, version: int, who: Author) -> tuple[str, str]:
    made = desk.change_plan(warehouse(), id_, made_from=version, author=who, paused=True)
    return f"“{made.name}” is paused.", ""


def _resume(id_: str, version: int, who: Author) -> tuple[str, str]:
    made = desk.change_plan(warehouse(), id_, made_from=version, author=who, paused=False)
    return f"“{made.name}” goes on; what was missed meanwhile is not made up for.", ""


def _new_secret(id_: str, version: int, who: Author) -> tuple[str, str]:
    made = desk.change_plan(warehouse(), id_, made_from=version, author=who, new_secret=True)
    said = f"“{made.name}” is signed with a new secret from now on."
    return said, desk.secret_of(made, delivery_settings())


def _remove(id_: str, version: int, who: Author) -> tuple[str, str]:
    made = archive(warehouse(), ACTIVATION, id_, made_from=version, author=who)
    return f"“{made.name}” is removed; what it sent stays in the log.", ""


_DELIVERY_ACTS: dict[str, Callable[[str, int, Author], tuple[str, str]]] = {
    "send": _send,
    "pause": _pause,
    "resume": _resume,
    "secret": _new_secret,
    "archive": _remove,
}


@callback(
    Output(Ids.CHANGED, "data", allow_duplicate=True),
    Input(drawn.act(ALL, ALL), "n_clicks"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_run(clicks: Any, author: Any) -> Any:
    """Stop, continue or repeat a run, as the button says."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update
    run, what = str(pressed.get("run"))[:120], pressed.get("what")
    who = Author.of(author if isinstance(author, str) else None)
    try:
        if what == "stop":
            stop_delivery(queue(), run)
        elif what == "continue":
            desk.go_on(warehouse(), queue(), run, who)
        elif what == "replay":
            desk.send_again(warehouse(), queue(), run, who)
        else:
            return no_update
    except _KNOWN as error:
        notify(str(error), head="Nothing was changed", kind="warning")
    return {"n": f"{ctx.triggered[0]}"}


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("deliveries", function)


clientside_callback(
    _browser("wanted"),
    Output(Ids.WANTED, "data"),
    Input(Shell.LOCATION, "search"),
    Input(Ids.HEAD, "id"),  # also as soon as the view is there
)
clientside_callback(
    _browser("parts"),
    Output(drawn.part(ALL), "hidden"),
    Output(Ids.SEND, "className"),
    Output(Ids.SAVE, "className"),
    Input(Ids.TO, "value"),
    Input(Ids.OFTEN, "value"),
    State(drawn.part(ALL), "id"),
)
clientside_callback(
    _browser("begin"),
    Output(Ids.HEAD, "title"),
    Input(Ids.EDITED, "data"),
    Input(Ids.WANTED, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("sleeps"), Output(Ids.POLL, "disabled"), Input(tile("seen", DELIVERIES), "data")
)
clientside_callback(
    _browser("copy"),
    Output(Ids.KEY_COPY, "children"),
    Input(Ids.KEY_COPY, "n_clicks"),
    Input(Ids.KEY_TEXT, "children"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("forget"),
    Output(Ids.KEY, "is_open", allow_duplicate=True),
    Output(Ids.KEY_TEXT, "children", allow_duplicate=True),
    Input(Ids.KEY_DONE, "n_clicks"),
    prevent_initial_call=True,
)
