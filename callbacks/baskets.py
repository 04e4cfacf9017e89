"""The Baskets tab's callbacks: have rules found, choose among them, try bundles, save segments."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    html,
    no_update,
)

from analytics.jobs import queue
from analytics.reports.baskets import BasketQuestion, finished, start
from analytics.reports.baskets_found import (
    rules,
)
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks import _baskets_views as views
from callbacks._baskets_run import KNOWN, shown_run
from callbacks._errors import tell_failure
from callbacks._inputs import read_question
from callbacks._views import finished_view, narrowed
from clickhouse_schema.baskets.results import BasketRun
from clickhouse_schema.errors import QueryCancelled
from layouts.baskets import BASKETS, HEAT, NETWORK, Ids, switch_id
from layouts.ids import tile

_WAITING = "The rules of this slice are being looked for. They appear here by themselves."


@callback(
    Output(Ids.JOB, "data"),
    Output(Ids.RUN, "data"),
    Output(Ids.POLL, "disabled"),
    Output(Ids.STATE, "children"),
    Output(Ids.DOING, "children"),
    Input(tile("gate", BASKETS), "data"),
    Input(switch_id(), "value"),
    Input(Ids.DAYS, "value"),
    Input(Ids.AGAIN, "n_clicks"),
    State(Ids.JOB, "data"),
    prevent_initial_call=True,
)
def begin(question: Any, item: Any, days: Any, again: Any, before: Any) -> Any:
    """Show the rules of this slice, or have them looked for."""
    if question is None:
        return [no_update] * 5
    try:
        facts = shell_facts()
        asked = _question(question, facts, item, days)
        run = finished(asked)
        if run is not None:
            return None, _shown(run), True, views.state_words(run), ""
        job = start(asked, owner=BASKETS)
        _leave(before, job)
    except QueryCancelled:
        return [no_update] * 5
    except KNOWN as error:
        return None, None, True, tell_failure(BASKETS, error)["failed"], ""
    return {"job": job, "asked": asked.asked()}, None, False, "", "Waiting"


def _question(question: Any, facts: ShellFacts, item: Any, days: Any) -> BasketQuestion:
    read = read_question(question, BASKETS, facts)
    return views.question_of(narrowed(read, BASKETS), facts, item, days)


def _leave(before: Any, job: str) -> None:
    """Stop what this page had looked for before it asked for something else."""
    held = before.get("job") if isinstance(before, dict) else None
    if isinstance(held, str) and held != job and queue().find(held) is not None:
        queue().cancel(held)


def _shown(run: BasketRun) -> dict[str, Any]:
    return {"run": run.run_id, "item": run.asked["item"]}


@callback(
    Output(Ids.BAR, "value"),
    Output(Ids.DOING, "children", allow_duplicate=True),
    Output(Ids.JOB, "data", allow_duplicate=True),
    Output(Ids.RUN, "data", allow_duplicate=True),
    Output(Ids.POLL, "disabled", allow_duplicate=True),
    Output(Ids.STATE, "children", allow_duplicate=True),
    Input(Ids.POLL, "n_intervals"),
    State(Ids.JOB, "data"),
    prevent_initial_call=True,
)
def follow(ticks: Any, held: Any) -> Any:
    """Tell how far the job is; when it is done, show what it found."""
    if not isinstance(held, dict):
        return "0", "", None, no_update, True, no_update
    try:
        asked = BasketQuestion.of(held.get("asked"))
        job = queue().find(str(held.get("job")))
        run = finished(asked) if job is None or job.state == "done" else None
        if run is not None:
            return "100", "", None, _shown(run), True, views.state_words(run)
        if job is None or job.state in ("cancelled", "done"):  # somebody else stopped it
            start(asked, owner=BASKETS)
            return "0", "Waiting", no_update, no_update, False, no_update
        if job.state == "failed":
            return "0", "", None, no_update, True, job.error
    except (KeyError, TypeError, ValueError):
        return "0", "", None, no_update, True, no_update
    except KNOWN as error:
        return "0", "", None, no_update, True, tell_failure(BASKETS, error)["failed"]
    return str(round(job.percent)), job.message, no_update, no_update, False, no_update


@callback(
    Output(Ids.JOB, "data", allow_duplicate=True),
    Output(Ids.POLL, "disabled", allow_duplicate=True),
    Output(Ids.STATE, "children", allow_duplicate=True),
    Input(Ids.STOP, "n_clicks"),
    State(Ids.JOB, "data"),
    prevent_initial_call=True,
)
def stop(clicks: Any, held: Any) -> Any:
    """Stop the job."""
    if not clicks or not isinstance(held, dict):
        return no_update, no_update, no_update
    try:
        queue().cancel(str(held.get("job")))
    except KNOWN as error:
        tell_failure(BASKETS, error)
    return None, True, "Stopped. “Find rules” begins anew."


@callback(
    Output(Ids.SUMMARY, "children"),
    Output(Ids.STEPS, "data"),
    Output(Ids.RULES, "columnDefs"),
    Output(Ids.PARTS, "value"),
    Output(Ids.PRODUCT, "value"),
    Input(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def show(held: Any) -> Any:
    """Show what was found: the bundles, where the sliders stand, the columns of the table."""
    try:
        facts = shell_facts()
        run = shown_run(held)
    except KNOWN:
        return [no_update] * 5
    cards = views.bundle_cards(run, facts.data.currency)
    nothing = "No pair here is sure enough to be worth a bundle. Choose a longer period."
    return (
        cards or html.Li(nothing, className="sub"),
        views.steps(run), views.columns(run, facts), [], None,
    )  # fmt: skip


@callback(
    Output(Ids.RULES, "getRowsResponse"),
    Output(Ids.COUNT, "children"),
    Input(Ids.RULES, "getRowsRequest"),
    State(Ids.RUN, "data"),
    State(Ids.CHOSEN, "data"),
    prevent_initial_call=True,
)
def list_rules(request: Any, held: Any, chosen: Any) -> Any:
    """Send a page of rules."""
    nothing: dict[str, Any] = {"rowData": [], "rowCount": 0}
    if not isinstance(request, dict) or not isinstance(held, dict):
        return nothing, no_update
    try:
        frame, found = rules(shown_run(held), views.read_rules(request, chosen))
    except (ValueError, *KNOWN) as error:
        tell_failure(BASKETS, error)
        return nothing, str(error)
    said = f"{found:,} rules; open one to try it as a bundle"
    if not found:
        said = "No rule fits. Lower the thresholds."
    return {"rowData": views.rule_rows(frame), "rowCount": found}, said


@callback(
    Output(tile("view", NETWORK), "data"),
    Input(tile("gate", NETWORK), "data"),
    Input(Ids.RUN, "data"),
    Input(Ids.CHOSEN, "data"),
    State(switch_id(), "value"),
    State(Ids.DAYS, "value"),
)
def draw_network(question: Any, held: Any, chosen: Any, item: Any, days: Any) -> Any:
    """Draw products that sell together."""
    least = views.thresholds(chosen)
    return _drawn(NETWORK, question, item, days, views.network_view, chosen=least)


@callback(
    Output(tile("view", HEAT), "data"),
    Input(tile("gate", HEAT), "data"),
    Input(Ids.RUN, "data"),
    State(switch_id(), "value"),
    State(Ids.DAYS, "value"),
)
def draw_categories(question: Any, held: Any, item: Any, days: Any) -> Any:
    """Draw how often categories are bought together."""
    return _drawn(HEAT, question, item, days, views.categories_view)


def _drawn(
    name: str, question: Any, item: Any, days: Any, build: Callable[..., Any], **options: Any
) -> Any:
    """Return a view of the finished run of a page; until there is one, words that say so."""
    if question is None:
        return no_update
    try:
        facts = shell_facts()
        run = finished(_question(question, facts, item, days))
    except KNOWN as error:
        return tell_failure(name, error)
    if run is None:
        return {"empty": _WAITING}
    return finished_view(
        name, question, lambda filters, told, **kept: build(filters, told, run=run, **_no_id(kept)),
        run_id=run.run_id, **options,
    )  # fmt: skip


def _no_id(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "run_id"}


import_module("callbacks.baskets_bundle")
clientside_callback(
    ClientsideFunction("baskets", "progress"),
    Output(Ids.PROGRESS, "hidden"),
    Output(Ids.FOUND, "hidden"),
    Output(Ids.AGAIN, "hidden"),
    Output(Ids.PULSE, "children"),
    Input(Ids.JOB, "data"),
    Input(Ids.RUN, "data"),
)
clientside_callback(
    ClientsideFunction("baskets", "sliders"),
    Output(Ids.SUPPORT, "max"),
    Output(Ids.SUPPORT, "value"),
    Output(Ids.CONFIDENCE, "max"),
    Output(Ids.CONFIDENCE, "value"),
    Output(Ids.LIFT, "max"),
    Output(Ids.LIFT, "value"),
    Input(Ids.STEPS, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("baskets", "chosen"),
    Output(Ids.CHOSEN, "data"),
    Output(Ids.SUPPORT_TEXT, "children"),
    Output(Ids.CONFIDENCE_TEXT, "children"),
    Output(Ids.LIFT_TEXT, "children"),
    Input(Ids.SUPPORT, "value"),
    Input(Ids.CONFIDENCE, "value"),
    Input(Ids.LIFT, "value"),
    Input(Ids.STEPS, "data"),
    State(Ids.CHOSEN, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("baskets", "refreshGrid"),
    Output(Ids.REFRESHED, "data"),
    Input(Ids.CHOSEN, "data"),
    prevent_initial_call=True,
)
