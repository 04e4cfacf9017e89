"""The proof before spending: a plan replayed on its segment's own past, as a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np

from analytics.errors import NotEnoughData
from analytics.experiment_plans import Plan
from analytics.jobs import JobQueue, Work, kind
from analytics.models.experiment_power import why_too_small
from analytics.models.experiment_replay import REPLAYS, Outcomes, Proof, replay
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments_past import cuts_at, midnight, recent_starts, whose_at
from clickhouse_schema.experiments.past import Window, past_values
from clickhouse_schema.queries.loads import DataState, data_state

REPLAY = "experiment_replay"


def past_outcomes(plan: Plan, data: DataState) -> Outcomes:
    """
    Return what the members of a plan's segment did in the newest whole window.

    Of more than some hundred thousand who did something a share is drawn, and of the
    others the same share.

    Raises:
        NotEnoughData: No whole window lies behind, or too few did anything in it.
    """
    start = recent_starts(plan.days, data)[0]
    window = Window(midnight(start), midnight(start) + timedelta(days=plan.days))
    whose = whose_at(plan, start)
    frame = past_values(warehouse(), whose, window, cuts_at(start), plan.goal)
    if frame.empty:
        raise NotEnoughData("Nobody of this segment bought in the past window.")
    customers, doers = int(frame["customers"].iloc[0]), int(frame["doers"].iloc[0])
    zeros = round((customers - doers) * len(frame) / doers)
    if not zeros:
        raise NotEnoughData("Everybody of this segment bought: there is nothing to gain.")
    return Outcomes(frame["value"].to_numpy(dtype=np.float64), zeros)


def prove(plan: Plan, data: DataState, work: Work | None = None) -> Proof:
    """
    Return how a plan would have fared on its segment's own past.

    Raises:
        NotEnoughData: The arms are too small to be measured.
    """
    if work is not None:
        work.told(0, "Reading the segment's past")
    past = past_outcomes(plan, data)
    shares = (plan.shares[0], plan.shares[1])
    rate = len(past.values) / past.customers
    if reason := why_too_small([share * past.customers for share in shares], rate):
        raise NotEnoughData(reason)

    def told(done: int) -> None:
        if work is not None:
            work.told(100 * done / REPLAYS, f"{done:,} of {REPLAYS:,} random splits tried")

    return replay(past, shares, plan.likely, seed=plan.seed, told=told)


@kind(REPLAY)
def _replay(work: Work) -> dict[str, Any]:
    """Do the job: its answer is the proof as JSON."""
    return asdict(prove(Plan.of(work.parameters["plan"]), data_state(warehouse()), work))


def submit_replay(queue: JobQueue, owner: str, plan: Plan) -> str:
    """Queue the proof of a plan and return the id of its job."""
    return queue.submit(REPLAY, owner, {"plan": plan.to_dict()})


def proof_of(answer: Mapping[str, Any]) -> Proof:
    """Return the proof that a finished job left."""
    return Proof(**{**answer, "detected": tuple(answer["detected"])})
