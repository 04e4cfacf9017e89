"""The callbacks of all experiments: the list, plans against outcomes, what to try next."""

from __future__ import annotations

from typing import Any

import pandas as pd
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

from analytics.errors import AnalysisError
from analytics.experiment_kinds import Experiment
from analytics.experiment_plans import describe_offer
from analytics.experiments import (
    all_experiments,
    held_back,
    hold_back,
    plan_experiment,
    segment_name,
)
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import measured_lifts
from analytics.reports.experiments_next import strategies
from analytics.reports.experiments_plan import forecast
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks._errors import notify, tell_failure
from callbacks._experiments_views import nothing_yet, trust_of
from clickhouse_schema.errors import MadeError, NameTaken, WarehouseError
from clickhouse_schema.made.things import Author
from layouts import experiments_list as drawn
from layouts.experiments import AUTHOR
from layouts.experiments_list import CALIBRATION, HOLDOUTS, LIST, NEXT, Ids, Row, StrategyRow
from layouts.experiments_page import Ids as Page
from layouts.experiments_plan import Ids as PlanIds
from layouts.figures.experiments import Outcome, calibration_figure, signed_percent
from layouts.format import count, day, percent, signed_money
from layouts.ids import Shell, tile
from layouts.views import ChartView

_KNOWN = (AnalysisError, WarehouseError)


@callback(
    Output(Ids.ROWS, "children"),
    Output(Ids.HOLDOUT, "value"),
    Input(tile("gate", LIST), "data"),
    Input(Ids.CHANGED, "data"),
    Input(Ids.DRAFTED, "data"),
    Input(PlanIds.SAVED, "data"),
    Input(Page.DONE, "data"),
    Input(Page.UPLOADED, "data"),
    prevent_initial_call=True,
)
def list_experiments(question: Any, *changes: Any) -> Any:
    """List the experiments."""
    if question is None:
        return no_update, no_update
    try:
        found = [_row(one) for one in all_experiments(warehouse())]
        held = held_back(warehouse())
    except _KNOWN as error:
        return tell_failure("experiments-list", error)["failed"], no_update
    return drawn.rows(found), str(held)


def _row(one: Experiment) -> Row:
    plan, verdict, made = one.plan, one.verdict, one.made
    measured = "–"
    if verdict is not None and verdict.get("lift") is not None:
        measured = signed_percent(float(verdict["lift"]))
    return Row(
        one.id, one.name, one.state,
        f"{segment_name(warehouse(), plan.segment)} · {describe_offer(plan)} · "
        f"{plan.days // 7} weeks",
        "–" if one.promise is None else signed_percent(one.promise.lift), measured,
        f"Version {made.version} · {made.author}, {day(made.at.date())} {made.at:%H:%M} UTC",
    )  # fmt: skip


@callback(
    Output(Ids.NEXT, "children"),
    Input(tile("gate", NEXT), "data"),
    Input(Page.DONE, "data"),
    prevent_initial_call=True,
)
def rank_strategies(question: Any, done: Any) -> Any:
    """Rank what could be tried next."""
    if question is None:
        return no_update
    try:
        facts = shell_facts()
        found = strategies(facts.data)
    except _KNOWN as error:
        return drawn.strategies([], str(error))
    return drawn.strategies(
        [
            StrategyRow(
                place, one.segment, one.offer, count(one.customers), signed_percent(one.lift),
                signed_money(one.profit, facts.data.currency), percent(one.profitable), one.basis,
            )
            for place, one in enumerate(found)
        ]
    )  # fmt: skip


@callback(
    Output(tile("view", CALIBRATION), "data"),
    Input(tile("gate", CALIBRATION), "data"),
    Input(Page.DONE, "data"),
)
def draw_calibration(question: Any, done: Any) -> Any:
    """Draw planned against measured lifts."""
    if question is None:
        return no_update
    try:
        facts = shell_facts()
        found = [one for one in measured_lifts() if one.promise is not None]
        if not found:
            words = (
                "No experiment has a verdict yet. Once some do, this shows whether plans were "
                "too hopeful; new plans are then drawn towards what was measured."
            )
            return nothing_yet(words, "experiment_calibration", facts)
        return {**calibration_view(found, facts).to_dict(), "version": facts.version}
    except _KNOWN as error:
        return tell_failure(CALIBRATION, error)


def calibration_view(found: list[Experiment], facts: ShellFacts) -> ChartView:
    """Return planned against measured lifts of experiments with a verdict."""
    outcomes = [
        Outcome(
            one.name, one.promise.lift, float(one.verdict["lift"]), float(one.verdict["low"]),
            float(one.verdict["high"]),
        )
        for one in found
        if one.promise is not None and one.verdict is not None
    ]  # fmt: skip
    fell = sum(one.measured < one.planned for one in outcomes)
    held = sum(one.low <= one.planned <= one.high for one in outcomes)
    title = f"{fell} of {len(outcomes)} brought less than planned"
    table = pd.DataFrame(
        {
            "Experiment": [one.name for one in outcomes],
            "Planned": [signed_percent(one.planned) for one in outcomes],
            "Measured": [signed_percent(one.measured) for one in outcomes],
            "95% from": [signed_percent(one.low) for one in outcomes],
            "to": [signed_percent(one.high) for one in outcomes],
        }
    )
    return ChartView(
        calibration_figure(outcomes), f"{title}; {held} intervals hold what was planned.", table,
        trust_of("experiment_calibration", facts), title,
    )  # fmt: skip


@callback(
    Output(Ids.DRAFTED, "data"),
    Input(drawn.draft_button(ALL), "n_clicks"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def make_draft(clicks: Any, author: Any) -> Any:
    """Make a draft of one of the ranked strategies."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update
    try:
        facts = shell_facts()
        found = strategies(facts.data)
        place = pressed.get("place")
        if type(place) is not int or not 0 <= place < len(found):
            return no_update
        chosen = found[place]
        promise = forecast(chosen.plan, facts.data).promise()
        who = Author.of(author if isinstance(author, str) else None)
        made = _named(f"{chosen.offer} for {chosen.segment}", chosen.plan, promise, who)
    except _KNOWN as error:
        notify(str(error), head="No draft was made", kind="warning")
        return no_update
    return {"id": made.id}


def _named(name: str, plan: Any, promise: Any, who: Author) -> Experiment:
    """Keep a draft under a name that is free."""
    for number in range(1, 100):
        chosen = name[:110] if number == 1 else f"{name[:110]} ({number})"
        try:
            return plan_experiment(warehouse(), chosen, plan, promise, who)
        except NameTaken:
            continue
    raise AnalysisError("There are too many drafts of that name. Archive some first.")


@callback(
    Output(Ids.HOLDOUT_TOLD, "children"),
    Input(Ids.HOLDOUT, "value"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def change_holdout(share: Any, author: Any) -> Any:
    """Keep the share that is held back from every experiment."""
    if share not in {str(one) for one in HOLDOUTS}:
        return no_update
    try:
        if float(share) != held_back(warehouse()):
            who = Author.of(author if isinstance(author, str) else None)
            hold_back(warehouse(), float(share), who)
            return f"From the next start on, {HOLDOUTS[float(share)]} of customers stay out."
    except (MadeError, *_KNOWN) as error:
        return str(error)
    return ""


clientside_callback(
    ClientsideFunction("experiments", "visit"),
    Output(Ids.CHANGED, "data"),
    Input(Ids.DRAFTED, "data"),
    Input(PlanIds.SAVED, "data"),
    State(Shell.LOCATION, "search"),
    prevent_initial_call=True,
)
