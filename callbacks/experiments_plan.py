"""The callbacks of the plan: entries change in the browser, answers come from here."""

from __future__ import annotations

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

from analytics.cluster_members import kept_groupings
from analytics.errors import AnalysisError
from analytics.experiments import (
    change_plan,
    find,
    plan_experiment,
)
from analytics.jobs import Job, queue
from analytics.models.rfm import SEGMENTS
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import measured_lifts
from analytics.reports.experiments_groups import grouping_in_use, worth_by_group
from analytics.reports.experiments_plan import forecast, worth_by_segment
from analytics.reports.experiments_replay import REPLAY, proof_of, submit_replay
from analytics.reports.shell import ShellFacts, shell_facts
from analytics.saved_segments import SEGMENT
from callbacks._asking import asking_of
from callbacks._errors import notify, tell_failure
from callbacks._experiments_read import as_entries, plan_of_link, read_plan
from callbacks._experiments_views import (
    design_lines,
    nothing_yet,
    plan_numbers,
    plan_views,
    plan_words,
    proof_view,
    proof_words,
    worth_view,
)
from clickhouse_schema.asking import asking
from clickhouse_schema.errors import MadeError, QueryCancelled, WarehouseError
from clickhouse_schema.made.reading import listed
from clickhouse_schema.made.things import Author
from clickhouse_schema.recording import recording
from layouts import experiments_plan as drawn
from layouts.cards import number_cards
from layouts.experiments import AUTHOR
from layouts.experiments_plan import CHARTS, OWN_LIFT, PLAN, PROOF, WORTH, Ids, choice, shown
from layouts.figures.experiments import signed_percent
from layouts.ids import Shell, tile

_KNOWN = (AnalysisError, WarehouseError)
_NO_GROUPING = "No grouping of customers is in use. Find groups in the Clusters tab first."


@callback(
    Output(choice("segment"), "options"),
    Output(choice("basis"), "options"),
    Input(tile("gate", PLAN), "data"),
    prevent_initial_call=True,
)
def offer_choices(question: Any) -> Any:
    """Offer the segments there are, and the lifts that were measured."""
    try:
        kept = listed(warehouse(), SEGMENT)
        groupings = kept_groupings(warehouse())
        measured = measured_lifts()
    except WarehouseError as error:
        tell_failure("experiments-choices", error)
        return no_update, no_update
    segments = [{"value": "all", "label": "All customers"}]
    segments += [{"value": f"rfm:{word}", "label": f"RFM: {name}"}
                 for word, name in SEGMENTS.items()]  # fmt: skip
    segments += [{"value": f"saved:{one.id}", "label": one.name} for one in kept]
    segments += [{"value": f"cluster:{one.id}:{place}",
                  "label": f"Cluster: {group['name']} ({one.name})"}
                 for one in groupings
                 for place, group in enumerate(one.body["clusters"], 1)]  # fmt: skip
    lifts = [{"value": OWN_LIFT, "label": "My own assumption"}]
    for one in measured:
        told = one.verdict or {}
        percents = [round(100 * float(told[name]), 1) for name in ("low", "lift", "high")]
        lifts.append(
            {
                "value": ";".join([*map(str, percents), one.name.replace(";", ",")]),
                "label": f"{one.name}: {signed_percent(float(told['lift']))}",
            }
        )
    return segments, lifts


@callback(
    Output(Ids.SENTENCE, "children"),
    Output(Ids.NUMBERS, "children"),
    Output(Ids.DESIGN, "children"),
    Output(Ids.ANSWERED, "data"),
    *[Output(tile("view", name), "data") for name in CHARTS],
    Input(Ids.QUESTION, "data"),
    State(tile("switch", WORTH), "value"),
    running=[(Output(Ids.BUSY, "className"), drawn.AT_WORK, drawn.IDLE)],
    prevent_initial_call=True,
)
def answer_plan(question: Any, worth_by: Any) -> Any:
    """Say what the plan may bring and how large it must be."""
    held = question if isinstance(question, dict) else {}
    try:
        facts = shell_facts()
        plan = read_plan(held.get("plan"))
        with asking(asking_of(question, "experiments-plan")), recording() as statements:
            found = forecast(plan, facts.data)
    except QueryCancelled:
        return [no_update] * (4 + len(CHARTS))
    except (ValueError, *_KNOWN) as error:
        return _not_answered(error)
    lines, trouble = design_lines(found, facts)
    views: list[Any] = [
        {**view.to_dict(), "version": facts.version}
        for view in plan_views(found, facts, statements)
    ]
    if worth_by == "group":
        views[CHARTS.index(WORTH)] = no_update  # `split_worth` draws it
    return [
        plan_words(found, facts), number_cards(plan_numbers(found, facts)),
        drawn.design_words(lines, trouble), {"plan": held.get("plan")}, *views,
    ]  # fmt: skip


@callback(
    Output(tile("view", WORTH), "data", allow_duplicate=True),
    Input(tile("switch", WORTH), "value"),
    Input(Ids.ANSWERED, "data"),
    prevent_initial_call=True,
)
def split_worth(worth_by: Any, answered: Any) -> Any:
    """Show where the plan pays by RFM segment, or by group of the grouping in use."""
    if not isinstance(answered, dict):
        return no_update
    if worth_by != "group" and ctx.triggered_id == Ids.ANSWERED:
        return no_update  # it came with the answer
    try:
        facts = shell_facts()
        with recording() as statements:
            found = forecast(read_plan(answered.get("plan")), facts.data)
            worth, what = worth_by_segment(found), "segment"
            if worth_by == "group":
                grouping = grouping_in_use()
                if grouping is None:
                    return nothing_yet(_NO_GROUPING, "experiment_forecast", facts)
                worth, what = worth_by_group(found, grouping, facts.data), "cluster"
    except (ValueError, MadeError, *_KNOWN) as error:
        return {"empty": str(error), "figure": None, "answer": str(error)}
    return {**worth_view(worth, what, facts, statements).to_dict(), "version": facts.version}


def _not_answered(error: Exception) -> list[Any]:
    """Say in the place of every answer why there is none."""
    empty = {"empty": str(error), "figure": None, "answer": str(error)}
    waits = [no_update, [], None]
    return [str(error), *waits, *[empty] * len(CHARTS)]


@callback(
    Output(Ids.SAVED, "data"),
    Output(Ids.TROUBLE, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(Ids.NAME, "value"),
    State(Ids.QUESTION, "data"),
    State(Ids.OPENED, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def save_plan(clicks: Any, name: Any, question: Any, opened: Any, author: Any) -> Any:
    """Keep the plan as a draft, or as the next version of the draft that is open."""
    if not clicks:
        return no_update, no_update
    held = question if isinstance(question, dict) else {}
    who = Author.of(author if isinstance(author, str) else None)
    try:
        plan = read_plan(held.get("plan"))
        promise = forecast(plan, shell_facts().data).promise()
        draft = opened.get("id") if isinstance(opened, dict) else None
        if draft:
            made = change_plan(warehouse(), find(warehouse(), str(draft)[:64]), plan, promise, who)
        else:
            made = plan_experiment(warehouse(), str(name or ""), plan, promise, who)
    except (ValueError, MadeError, *_KNOWN) as error:
        return no_update, str(error)
    notify(f"“{made.name}” is saved as a draft, version {made.made.version}.", head="Saved")
    return {"id": made.id, "version": made.made.version}, ""


@callback(
    Output(Ids.OPENED, "data"),
    Output(Ids.NAME, "value"),
    Output(Ids.NAME, "disabled"),
    Output(Ids.SAVE, "children"),
    Input(Ids.OPEN, "data"),
    prevent_initial_call=True,
)
def open_plan(wanted: Any) -> Any:
    """Put the plan of a draft, or of a link, into the entries."""
    if isinstance(wanted, dict) and wanted.get("link"):
        return _linked(wanted["link"])
    id_ = str(wanted.get("id"))[:64] if isinstance(wanted, dict) and wanted.get("id") else ""
    if not id_:
        return None, "", False, "Save as a draft"
    try:
        found = find(warehouse(), id_)
    except WarehouseError as error:
        notify(str(error), head="The experiment of this address", kind="warning")
        return None, "", False, "Save as a draft"
    entries = as_entries(found.plan)
    if found.state != "draft":
        notify("It has begun, so its plan stays as it was; this is a new one like it.")
        held = {"id": None, "entries": entries, "origin": found.plan.basis}
        return held, f"{found.name} again", False, "Save as a draft"
    held = {"id": found.id, "entries": entries, "origin": found.plan.basis}
    return held, found.name, True, "Save the plan"


def _linked(search: Any) -> list[Any]:
    try:
        plan = plan_of_link(search)
    except ValueError as error:
        notify(str(error), head="The plan of this address", kind="warning")
        return [None, "", False, "Save as a draft"]
    held = {"id": None, "entries": as_entries(plan), "origin": plan.basis}
    return [held, "", False, "Save as a draft"]


@callback(
    Output(Ids.PROOF_JOB, "data"),
    Input(Ids.PROVE, "n_clicks"),
    State(Ids.QUESTION, "data"),
    prevent_initial_call=True,
)
def begin_proof(clicks: Any, question: Any) -> Any:
    """Queue the replay of the plan on its segment's past."""
    if not clicks:
        return no_update
    held = question if isinstance(question, dict) else {}
    try:
        plan = read_plan(held.get("plan"))
        return {"job": submit_replay(queue(), "experiments", plan)}
    except (ValueError, *_KNOWN) as error:
        notify(str(error), head="The past cannot be replayed", kind="warning")
        return no_update


@callback(
    Output(tile("view", PROOF), "data"),
    Output(Ids.PROOF_TOLD, "children"),
    Output(Ids.PROOF_TICK, "disabled"),
    Output(Ids.STOP_PROOF, "hidden"),
    Input(tile("gate", PROOF), "data"),
    Input(Ids.PROOF_JOB, "data"),
    Input(Ids.PROOF_TICK, "n_intervals"),
    prevent_initial_call=True,
)
def follow_proof(question: Any, held: Any, ticks: Any) -> Any:
    """Tell how far the replay is, and what it found."""
    try:
        facts = shell_facts()
        job = queue().find(str(held["job"])[:64]) if isinstance(held, dict) else None
    except _KNOWN as error:
        return tell_failure(PROOF, error), str(error), True, True
    if job is None or job.kind != REPLAY:
        words = "Press “Replay on the past” to try the test where the truth is known."
        return nothing_yet(words, "experiment_proof", facts), no_update, True, True
    return _proof_so_far(job, facts)


def _proof_so_far(job: Job, facts: ShellFacts) -> list[Any]:
    if job.state in ("queued", "running"):
        return [no_update, f"{job.message} ({job.percent:.0f}%)", False, False]
    if job.state == "done":
        plan, proof = job.parameters["plan"], proof_of(job.answer)
        view = proof_view(proof, float(plan["likely"]), str(plan["goal"]), facts)
        words = proof_words(proof, float(plan["likely"]))
        return [{**view.to_dict(), "version": facts.version}, words, True, True]
    words = job.error or "Stopped"
    return [nothing_yet(words, "experiment_proof", facts), words, True, True]


@callback(
    Output(Ids.STOP_PROOF, "disabled"),
    Input(Ids.STOP_PROOF, "n_clicks"),
    State(Ids.PROOF_JOB, "data"),
    prevent_initial_call=True,
)
def stop_proof(clicks: Any, held: Any) -> Any:
    """End the replay."""
    if clicks and isinstance(held, dict):
        try:
            queue().cancel(str(held["job"])[:64])
        except _KNOWN as error:
            notify(str(error), kind="warning")
    return False


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("experiments", function)


clientside_callback(
    _browser("collect"),
    Output(Ids.QUESTION, "data"),
    Output(shown(ALL), "children"),
    Input(choice(ALL), "value"),
    Input(tile("seen", PLAN), "data"),
    State(choice(ALL), "id"),
    State(shown(ALL), "id"),
    State(Ids.OPENED, "data"),
)
clientside_callback(
    _browser("entries"),
    Output(choice(ALL), "value"),
    Input(Ids.OPENED, "data"),
    Input(choice("basis"), "value"),
    State(choice(ALL), "id"),
    State(choice(ALL), "value"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("planOf"),
    Output(Ids.OPEN, "data"),
    Input(Shell.LOCATION, "search"),
    Input(Ids.ANSWERED, "id"),  # also as soon as it is there
    State(Ids.OPEN, "data"),
)
