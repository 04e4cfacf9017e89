"""
Experiments as people keep them: from a draft to its verdict, and who is in which arm.

Every change is a version with its author.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from analytics.cluster_members import GROUPING
from analytics.errors import NotEnoughData
from analytics.experiment_kinds import (
    EXPERIMENT,
    HOLDOUT,
    HOLDOUT_ID,
    Experiment,
    Promise,
    Run,
    experiment_of,
)
from analytics.experiment_plans import CLUSTER, RFM, Plan, describe_offer, group_of, tree_of
from analytics.models.rfm import SEGMENTS
from analytics.saved_segments import (
    SEGMENT,
    Standpoint,
    kept_map,
    kept_trees,
    members_of,
)
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, UnknownThing
from clickhouse_schema.experiments.arms import (
    Split,
    arm_members,
    freeze_arms,
    kept_out,
    overlap,
)
from clickhouse_schema.experiments.result_file import ResultFile
from clickhouse_schema.experiments.results import keep_results
from clickhouse_schema.made.reading import current, listed
from clickhouse_schema.made.store import create, save
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.loads import data_state
from clickhouse_schema.queries.rfm import quintile_cuts, rfm_quantiles
from clickhouse_schema.scoring import Cuts, Scope

_STARTING = threading.Lock()


def find(warehouse: Warehouse, id_: str) -> Experiment:
    """
    Return an experiment.

    Raises:
        UnknownThing: There is none.
        InvalidThing: It cannot be read.
    """
    return experiment_of(current(warehouse, EXPERIMENT, id_))


def all_experiments(warehouse: Warehouse) -> list[Experiment]:
    """Return every experiment that is not archived, the last changed first."""
    return [experiment_of(made) for made in listed(warehouse, EXPERIMENT)]


def plan_experiment(
    warehouse: Warehouse, name: str, plan: Plan, promise: Promise | None, author: Author
) -> Experiment:
    """
    Keep a plan as a draft.

    Raises:
        InvalidThing, NameTaken: As `clickhouse_schema.made.store.create`.
    """
    body = {
        "state": "draft", "plan": plan.to_dict(),
        "promise": None if promise is None else asdict(promise),
        "run": None, "result": None, "verdict": None,
    }  # fmt: skip
    made = create(
        warehouse, EXPERIMENT, name=name, body=body, author=author,
        description=describe_offer(plan),
    )  # fmt: skip
    return experiment_of(made)


def _changed(warehouse: Warehouse, old: Experiment, author: Author, **parts: Any) -> Experiment:
    body = {**old.made.body, **parts}
    return experiment_of(
        save(warehouse, EXPERIMENT, old.id, made_from=old.made.version, author=author, body=body)
    )


def change_plan(
    warehouse: Warehouse, old: Experiment, plan: Plan, promise: Promise | None, author: Author
) -> Experiment:
    """
    Change the plan of a draft.

    Raises:
        InvalidThing: It has begun: what was planned stays as it was.
        SaveConflict: Somebody else changed it first; both are kept.
    """
    if old.state != "draft":
        raise InvalidThing("This experiment has begun: its plan stays as it was. Plan a new one.")
    kept = None if promise is None else asdict(promise)
    return _changed(warehouse, old, author, plan=plan.to_dict(), promise=kept)


def scores_cut_at(warehouse: Warehouse, at: datetime) -> Cuts:
    """
    Return where the scores of all customers are cut.

    Raises:
        NotEnoughData: Nobody had ordered before.
    """
    kept = kept_map(warehouse)
    if kept.cuts is not None:
        return kept.cuts
    quantiles = rfm_quantiles(warehouse, Scope(), at)
    if quantiles.empty:
        raise NotEnoughData("Nobody had ordered before that day. Choose a later one.")
    return quintile_cuts(quantiles)


def segment_members(warehouse: Warehouse, plan: Plan, at: date | None = None) -> Members:
    """
    Return who is in a plan's segment, as known at the beginning of a day; None for now.

    Raises:
        InvalidThing: The segment is gone.
        NotEnoughData: Nothing had been ordered before.
    """
    tree = tree_of(plan.segment, kept_trees(warehouse))
    name = segment_name(warehouse, plan.segment)
    return members_of(warehouse, tree, name, Standpoint(snapshot=at))


def segment_name(warehouse: Warehouse, segment: str) -> str:
    """Return what readers call a plan's segment."""
    if segment == "all":
        return "All customers"
    kind, _, word = segment.partition(":")
    if kind == RFM:
        return SEGMENTS[word]
    try:
        if kind == CLUSTER:
            grouping, number = group_of(segment)
            clusters = current(warehouse, GROUPING, grouping).body["clusters"]
            return str(clusters[number - 1]["name"])
        return current(warehouse, SEGMENT, word).name
    except (UnknownThing, IndexError):
        return "A segment that is gone"


def split_of(warehouse: Warehouse, experiment: Experiment, start: date) -> Split:
    """
    Return how an experiment's members are divided if it began on a day.

    Raises:
        InvalidThing, NotEnoughData: The segment is gone, or nobody had ordered.
    """
    at = datetime.combine(start, time())
    members = segment_members(warehouse, experiment.plan, start)
    others = [one.run.freeze_id for one in running(warehouse) if one.run is not None]
    return Split(
        members, at, scores_cut_at(warehouse, at), experiment.plan.shares, experiment.plan.seed,
        tuple(sorted(others)), held_back(warehouse),
    )  # fmt: skip


def running(warehouse: Warehouse) -> list[Experiment]:
    """Return the experiments that have their customers now."""
    return [one for one in all_experiments(warehouse) if one.state == "running"]


def start(warehouse: Warehouse, draft: Experiment, first_day: date, author: Author) -> Experiment:
    """
    Freeze the arms of a draft and let it run.

    Raises:
        InvalidThing: It is no draft, or nobody is left to be in it, or another experiment
            took some of its customers at the same moment.
        NotEnoughData: Nobody had ordered before that day.
        SaveConflict: Somebody else changed it first.
    """
    if draft.state != "draft":
        raise InvalidThing("This experiment has begun already.")
    today = data_state(warehouse).today
    if first_day > today:
        raise InvalidThing(
            f"The data goes to the day before {today:%-d %B %Y}; that is the last day to start at: "
            "customers are judged by what is known of them."
        )
    with _STARTING:
        split = split_of(warehouse, draft, first_day)
        members, taken, held = kept_out(warehouse, split)
        freeze_id, customers = freeze_arms(warehouse, split)
        if not all(customers):
            raise InvalidThing(
                f"Of {members:,} members {taken:,} are in other experiments and {held:,} are held "
                "back from all: too few are left for every arm. Choose a larger segment."
            )
        run = Run(freeze_id, first_day, tuple(customers), members, taken, held)
        begun = _changed(warehouse, draft, author, state="running", run=_plain(run))
    others = [
        one.run.freeze_id
        for one in running(warehouse)
        if one.run is not None and one.id != begun.id
    ]
    # Another process may have begun one meanwhile: whoever sees the other gives way.
    if shared := overlap(warehouse, freeze_id, others):
        _changed(warehouse, begun, author, state="draft", run=None)
        raise InvalidThing(
            f"Another experiment began at the same moment and has {shared:,} of these customers. "
            "Start this one again."
        )
    return begun


def _plain(run: Run) -> dict[str, Any]:
    return asdict(run) | {"start": run.start.isoformat(), "customers": list(run.customers)}


def stop(warehouse: Warehouse, old: Experiment, end: date, author: Author) -> Experiment:
    """
    Let an experiment end: its customers are free for others.

    Args:
        end: First day that does not count any more.

    Raises:
        InvalidThing: It does not run, or ends before it began.
    """
    if old.state != "running" or old.run is None:
        raise InvalidThing("Only a running experiment can be stopped.")
    if end <= old.run.start:
        raise InvalidThing("An experiment runs for a day at least.")
    run = _plain(old.run) | {"end": end.isoformat()}
    return _changed(warehouse, old, author, state="stopped", run=run)


def add_results(
    warehouse: Warehouse, old: Experiment, file: ResultFile, file_name: str, author: Author
) -> Experiment:
    """
    Keep the rows of a file as what came of an experiment.

    Raises:
        InvalidThing: The arms of the file are not told apart, or it is still a draft.
    """
    if old.state == "draft":
        raise InvalidThing("Start the experiment first: until then there are no arms.")
    names = match_arms(old.plan.arms, list(file.arms))
    result_id = keep_results(warehouse, file.rows)
    told = {
        "id": result_id, "file": file_name[:200], "rows": len(file.rows),
        "refused": dict(file.refused), "columns": dict(file.columns),
        "arms": names, "customers": file.arms,
    }  # fmt: skip
    return _changed(warehouse, old, author, result=told)


def match_arms(planned: Sequence[str], found: Sequence[str]) -> list[str]:
    """
    Return the file's name of each planned arm.

    Names that are equal but for case match. When none or some do not, the one that says
    control, no, none or holdout is the control, and the others follow in their order.

    Raises:
        InvalidThing: The file has another number of arms, or no control can be told.
    """
    if len(found) != len(planned):
        raise InvalidThing(
            f"The file has {len(found)} arms ({', '.join(found)}), the plan {len(planned)} "
            f"({', '.join(planned)}). Plan as many arms as the file has."
        )
    by_name = {name.strip().lower(): name for name in found}
    if all(name.strip().lower() in by_name for name in planned):
        return [by_name[name.strip().lower()] for name in planned]
    words = ("control", "no ", "none", "holdout", "hold-out", "baseline")
    controls = [
        name for name in found if name.lower().startswith(words) or name.lower() in {"0", "a", "no"}
    ]
    if len(controls) != 1:
        raise InvalidThing(
            f"Which of {', '.join(found)} is the control? Call it “{planned[0]}” in the file."
        )
    return [controls[0], *[name for name in found if name != controls[0]]]


def conclude(
    warehouse: Warehouse, old: Experiment, verdict: Mapping[str, Any], author: Author
) -> Experiment:
    """
    Write down what was found; later loads do not change it.

    Raises:
        InvalidThing: It is a draft, or still runs.
    """
    if old.state not in ("stopped", "analysed"):
        raise InvalidThing("Stop the experiment first; then its verdict can be written down.")
    return _changed(warehouse, old, author, state="analysed", verdict=dict(verdict))


def held_back(warehouse: Warehouse) -> float:
    """Return the share of all customers that is in no experiment."""
    try:
        return float(current(warehouse, HOLDOUT, HOLDOUT_ID).body["share"])
    except UnknownThing:
        return 0.0


def hold_back(warehouse: Warehouse, share: float, author: Author) -> Made:
    """
    Hold back so many customers from every experiment that begins from now on.

    The same customers each time: those with the smallest hash, so a larger share only adds.

    Raises:
        InvalidThing: The share is out of bounds.
        SaveConflict: Somebody else changed it first.
    """
    body = {"share": share}
    try:
        old = current(warehouse, HOLDOUT, HOLDOUT_ID)
    except UnknownThing:
        return create(
            warehouse, HOLDOUT, id_=HOLDOUT_ID, name="Holdout of all", body=body, author=author
        )
    return save(warehouse, HOLDOUT, HOLDOUT_ID, made_from=old.version, author=author, body=body)


def members_with_arms(warehouse: Warehouse, experiment: Experiment) -> Members:
    """
    Return the customers of an experiment with their arms, to be exported.

    Raises:
        InvalidThing: The arms are not frozen yet.
    """
    if experiment.run is None:
        raise InvalidThing("The arms are frozen when the experiment starts.")
    return arm_members(experiment.run.freeze_id, experiment.name, experiment.plan.arms)
