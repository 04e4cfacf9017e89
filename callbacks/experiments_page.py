"""The callbacks of one experiment's page: its steps, its verdict, its files."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
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
    html,
    no_update,
)

from analytics.errors import AnalysisError, NotEnoughData
from analytics.experiment_kinds import Experiment
from analytics.experiments import conclude, find, start, stop
from analytics.exports.excel import JOB_ROWS
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments_measure import Measured, measured, verdict_of
from analytics.reports.experiments_plan import balance
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks._errors import notify, tell_failure
from callbacks._experiments_views import nothing_yet
from callbacks._experiments_words import (
    METHOD_HEADS,
    about,
    balance_lines,
    changes_of,
    lifts_view,
    method_lines,
    parts_view,
    run_words,
    verdict_numbers,
    verdict_words,
)
from callbacks._inputs import read_day
from callbacks.experiments_files import BY_JOB
from clickhouse_schema.errors import MadeError, UnknownThing, WarehouseError
from clickhouse_schema.made.things import Author
from clickhouse_schema.recording import recording
from layouts import experiments_page as drawn
from layouts.cards import number_cards
from layouts.experiments import AUTHOR
from layouts.experiments_list import Ids as List
from layouts.experiments_page import LIFTS, PAGE, PARTS, Ids, do, entry, file_button
from layouts.format import count, day
from layouts.ids import Shell, tile

_KNOWN = (AnalysisError, WarehouseError)
_FILES = (("CSV", "csv"), ("Excel", "xlsx"), ("Parquet", "parquet"))
_CHOOSE = "Choose an experiment in the list, or plan a new one."
_CHANGES = {"start", "stop", "conclude"}


@callback(
    Output(Ids.HEAD, "children"),
    Output(Ids.RUN, "children"),
    Output(Ids.UPLOAD_ROW, "hidden"),
    Output(Ids.VERDICT, "children"),
    Output(Ids.NUMBERS, "children"),
    Output(tile("view", LIFTS), "data"),
    Output(tile("view", PARTS), "data"),
    Output(Ids.TABLE, "children"),
    Output(Ids.HISTORY, "children"),
    Input(Ids.OPEN, "data"),
    Input(Ids.DONE, "data"),
    Input(Ids.UPLOADED, "data"),
    Input(tile("gate", PAGE), "data"),
)
def show_experiment(opened: Any, done: Any, uploaded: Any, question: Any) -> Any:
    """Show an experiment as it stands."""
    id_ = str(opened.get("id"))[:64] if isinstance(opened, dict) and opened.get("id") else ""
    try:
        facts = shell_facts()
        if not id_:
            return _nothing(_CHOOSE, facts)
        return _shown(find(warehouse(), id_), facts)
    except UnknownThing as error:
        return _nothing(str(error), facts)
    except _KNOWN as error:
        return _nothing(tell_failure("experiments-page", error)["failed"], None)


def _nothing(words: str, facts: ShellFacts | None) -> list[Any]:
    view = {"empty": words, "answer": words, "figure": None}
    if facts is not None:
        view = nothing_yet(words, "experiment_lift", facts)
    return [drawn.nothing(words), [], True, words, [], view, view, [], []]


def _shown(one: Experiment, facts: ShellFacts) -> list[Any]:
    made = one.made
    state = f"Version {made.version} · {made.author}, {day(made.at.date())} {made.at:%H:%M} UTC"
    head = drawn.head(one.name, one.state, about(one, facts), f"{state} · owned by {made.owner}")
    past = drawn.history(changes_of(one))
    if one.state == "draft":
        words = "Nothing to read yet: it has not begun."
        view = nothing_yet(words, "experiment_lift", facts)
        return [head, _draft(one, facts), True, words, [], view, view, [], past]
    with recording() as statements:
        found, trouble = _measured(one, facts)
    run = drawn.run_steps(
        run_words(one, found), _files(one), f"/segments?view=deliveries&send={one.id}",
        can_stop=one.state == "running",
        can_conclude=one.state in ("stopped", "analysed") and found is not None,
    )  # fmt: skip
    if found is None:
        view = nothing_yet(trouble, "experiment_lift", facts)
        return [head, run, False, trouble, [], view, view, [], past]
    views = [lifts_view(one, found, facts, statements), parts_view(found, facts, statements)]
    return [
        head, run, False, verdict_words(one, found, facts),
        number_cards(verdict_numbers(one, found, facts)),
        *[{**view.to_dict(), "version": facts.version} for view in views],
        drawn.table(METHOD_HEADS, method_lines(found, facts), numbers_from=2), past,
    ]  # fmt: skip


def _files(one: Experiment) -> list[tuple[str, str]]:
    """Return the files its arms can be had as; a large workbook is made by a job."""
    size = sum(one.run.customers) if one.run is not None else 0
    large = size > JOB_ROWS
    return [(label, BY_JOB if word == "xlsx" and large else word) for label, word in _FILES]


def _measured(one: Experiment, facts: ShellFacts) -> tuple[Measured | None, str]:
    try:
        return measured(one, facts.data), ""
    except NotEnoughData as error:
        return None, str(error)


def _draft(one: Experiment, facts: ShellFacts) -> list[Any]:
    """Return what can be done with a draft, and how its arms would be."""
    today = facts.data.today
    first = facts.data.first_day + timedelta(days=1)
    try:
        found = balance(one, today)
        heads = ("At the start", *one.plan.arms, "Chance")
        shown: Any = [
            html.P(
                f"{count(found.members)} members; {count(found.taken)} are in other experiments "
                f"and {count(found.held)} are held back from all.",
                className="sub",
            ),
            drawn.table(heads, balance_lines(found, facts.data.currency)),
        ]
    except _KNOWN as error:
        shown = html.P(str(error), className="trouble")
    plan = f"/experiments?view=plan&experiment={one.id}"
    return drawn.draft_steps(today.isoformat(), first.isoformat(), today.isoformat(), plan, shown)


@callback(
    Output(Ids.DONE, "data"),
    Input(do(ALL), "n_clicks"),
    State(entry(ALL), "value"),
    State(entry(ALL), "id"),
    State(Ids.OPEN, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_experiment(clicks: Any, values: Any, ids: Any, opened: Any, author: Any) -> Any:
    """Start, stop or conclude, as the button says."""
    pressed = ctx.triggered_id
    what = pressed.get("what") if isinstance(pressed, dict) else None
    if what not in _CHANGES or not ctx.triggered[0]["value"] or not isinstance(opened, dict):
        return no_update
    who = Author.of(author if isinstance(author, str) else None)
    entries = {}
    with suppress(TypeError, KeyError):
        entries = {one["what"]: value for one, value in zip(ids, values, strict=True)}
    try:
        one = find(warehouse(), str(opened.get("id"))[:64])
        told = _changed(str(what), one, entries.get("first-day"), who)
    except (MadeError, *_KNOWN) as error:
        notify(str(error), head="Nothing was changed", kind="warning")
        return no_update
    notify(told, head=one.name)
    return {"id": one.id, "what": what, "n": ctx.triggered[0]["value"]}


def _changed(what: str, one: Experiment, raw_day: Any, who: Author) -> str:
    """Do what a button says; return what was done in words."""
    facts = shell_facts()
    if what == "start":
        begun = start(warehouse(), one, read_day(raw_day) or facts.data.today, who)
        sizes = sum(begun.run.customers) if begun.run is not None else 0
        return f"{count(sizes)} customers are in their arms. Export them and send the offer."
    if what == "stop":
        stop(warehouse(), one, max(facts.data.today, _day_after_start(one, facts)), who)
        return "Stopped. Its customers are free for other experiments."
    conclude(warehouse(), one, verdict_of(one, measured(one, facts.data)), who)
    return "The verdict is written down; later plans learn from it."


def _day_after_start(one: Experiment, facts: ShellFacts) -> Any:
    if one.run is None:
        return facts.data.today
    return one.run.start + timedelta(days=1)


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("experiments", function)


clientside_callback(
    _browser("open"),
    Output(Ids.OPEN, "data"),
    Input(Shell.LOCATION, "search"),
    Input(List.CHANGED, "id"),  # also as soon as it is there
    State(Ids.OPEN, "data"),
)
clientside_callback(
    _browser("exported"),
    Output(Ids.EXPORTED, "data"),
    Input(file_button(ALL), "n_clicks"),
    State(entry(ALL), "value"),
    State(entry(ALL), "id"),
    State(Ids.OPEN, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("upload"),
    Output(Ids.UPLOAD_TOLD, "children"),
    Input(Ids.UPLOAD, "contents"),
    State(Ids.UPLOAD, "filename"),
    State(Ids.OPEN, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("print"),
    Output(Ids.PRINTED, "data"),
    Input(do(ALL), "n_clicks"),
    prevent_initial_call=True,
)
