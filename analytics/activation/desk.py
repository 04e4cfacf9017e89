"""What a reader does with deliveries: see them with their runs, keep, pause, send, send again."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime

from analytics.activation.addresses import check_host, webhook_url
from analytics.activation.delivery import begin_run, continue_run, replay_run
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.settings import DeliverySettings
from analytics.activation.webhook import receiver_secret
from analytics.activation.work import job_of, submit_delivery
from analytics.errors import DeliveryFailed
from analytics.jobs import JobQueue
from clickhouse_schema.client import Warehouse
from clickhouse_schema.deliveries.runs import Run, runs
from clickhouse_schema.made.reading import current, listed
from clickhouse_schema.made.store import create, save
from clickhouse_schema.made.things import NAME_LENGTH, Author, Made


@dataclass(frozen=True, slots=True)
class Planned:
    """
    A delivery as it stands.

    Attributes:
        made: As kept.
        plan: What it sends where and when; None when it cannot be read.
        problem: Why it cannot be read; empty when it can.
        next_due: When its schedule comes next, UTC; None by hand or paused.
        last: Its last run; None before the first.
    """

    made: Made
    plan: Plan | None
    problem: str
    next_due: datetime | None
    last: Run | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A run with how far the job is that carries it out: per cent, and what it is doing."""

    run: Run
    percent: float
    doing: str


def planned(warehouse: Warehouse, log: list[Logged], now: datetime) -> list[Planned]:
    """
    Return the deliveries in use, the last changed first.

    Args:
        log: Of runs, the last begun first.
        now: With a time zone.
    """
    last: dict[str, Run] = {}
    for one in log:
        last.setdefault(one.run.activation_id, one.run)
    return [_planned(made, last.get(made.id), now) for made in listed(warehouse, ACTIVATION)]


def _planned(made: Made, last: Run | None, now: datetime) -> Planned:
    try:
        plan = Plan.of(made.body)
    except ValueError as error:
        return Planned(made, None, str(error), None, last)
    due = plan.schedule is not None and not plan.paused
    next_due = plan.schedule.next_due(now) if plan.schedule is not None and due else None
    return Planned(made, plan, "", next_due, last)


def run_log(warehouse: Warehouse, queue: JobQueue) -> list[Logged]:
    """Return the runs, the last begun first, with how far those are that are not finished."""
    return [_logged(run, queue) for run in runs(warehouse)]


def _logged(run: Run, queue: JobQueue) -> Logged:
    job = job_of(queue, run.run_id) if run.unfinished and run.state != "waiting" else None
    if job is None or job.state != "running":
        return Logged(run, 0.0, "")
    return Logged(run, job.percent, job.message)


def check_target(plan: Plan, settings: DeliverySettings) -> None:
    """
    Find out whether a delivery could be carried out now, without sending anything.

    Raises:
        DeliveryFailed: It could not; the sentence says what to do.
    """
    if plan.to == "folder":
        problem = folder_problem(settings)
        if problem:
            raise DeliveryFailed(problem)
        return
    if not settings.secret:
        raise DeliveryFailed(
            "Posts are signed, and there is no secret to sign with: ask your administrator to set "
            "CLIENTELE_WEBHOOK_SECRET."
        )
    try:
        check_host(webhook_url(plan.url), settings.private_hosts)
    except ValueError as error:
        raise DeliveryFailed(f"The webhook cannot be used: {error}") from None


def folder_problem(settings: DeliverySettings) -> str:
    """Return why files cannot be written to the folder, and what to do; empty when they can."""
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        if os.access(settings.folder, os.W_OK | os.X_OK):
            return ""
        why = "this server may not write there"
    except OSError as error:
        why = error.strerror or str(error)
    return (
        f"Files cannot be delivered to {settings.folder}: {why}. Ask your administrator to mend "
        "the folder or to name another in CLIENTELE_DELIVERY_DIR."
    )


def keep_delivery(
    warehouse: Warehouse,
    plan: Plan,
    *,
    name: str,
    author: Author,
    id_: str = "",
    made_from: int = 0,
) -> Made:
    """
    Keep a delivery: a new one, or the next version of the one of `id_`.

    Args:
        name: Its name.
        made_from: The version the author had before them.

    Raises:
        NameTaken, InvalidThing, SaveConflict, WarehouseError: As the store.
    """
    if id_:
        return save(
            warehouse, ACTIVATION, id_, made_from=made_from, author=author, name=name,
            body=plan.to_dict(),
        )  # fmt: skip
    return create(warehouse, ACTIVATION, name=name, body=plan.to_dict(), author=author)


def free_name(warehouse: Warehouse, wanted: str) -> str:
    """Return a name for a delivery that nobody has taken: as wanted, else with a number."""
    taken = {made.name.casefold() for made in listed(warehouse, ACTIVATION)}
    number, name = 1, wanted[:NAME_LENGTH].rstrip()
    while name.casefold() in taken:
        number += 1
        ending = f" ({number})"
        name = wanted[: NAME_LENGTH - len(ending)].rstrip() + ending
    return name


def change_plan(
    warehouse: Warehouse, id_: str, *, made_from: int, author: Author,
    paused: bool | None = None, new_secret: bool = False,
) -> Made:  # fmt: skip
    """
    Pause a schedule or let it go on, or give the webhook a new secret.

    Raises:
        DeliveryFailed: It cannot be read. Also raises as the store does.
    """
    made = current(warehouse, ACTIVATION, id_)
    try:
        plan = Plan.of(made.body)
    except ValueError as error:
        raise DeliveryFailed(f"This delivery cannot be read: {error}") from None
    if paused is not None:
        plan = replace(plan, paused=paused)
    if new_secret:
        plan = replace(plan, secret_no=plan.secret_no + 1)
    return save(warehouse, ACTIVATION, id_, made_from=made_from, author=author, body=plan.to_dict())


def secret_of(made: Made, settings: DeliverySettings) -> str:
    """Return what the posts of a delivery are signed with; empty for one to the folder."""
    plan = Plan.of(made.body)
    if plan.to != "webhook" or not settings.secret:
        return ""
    return receiver_secret(settings.secret, made.id, plan.secret_no)


def send_now(warehouse: Warehouse, queue: JobQueue, id_: str, author: Author) -> Run:
    """
    Begin a run of a delivery and queue it.

    Raises:
        DeliveryFailed: The delivery is in the archive.
        UnknownThing, WarehouseError: There is none; the warehouse failed.
    """
    made = current(warehouse, ACTIVATION, id_)
    if made.archived:
        raise DeliveryFailed(f"The delivery “{made.name}” is in the archive.")
    run = begin_run(warehouse, made, asked_by=author)
    submit_delivery(queue, run.run_id, author.name)
    return run


def send_again(warehouse: Warehouse, queue: JobQueue, run_id: str, author: Author) -> Run:
    """Send the members of an earlier run again; raises as `replay_run`."""
    run = replay_run(warehouse, run_id, asked_by=author)
    submit_delivery(queue, run.run_id, author.name)
    return run


def go_on(warehouse: Warehouse, queue: JobQueue, run_id: str, author: Author) -> Run:
    """Continue a failed or stopped run; raises as `continue_run`."""
    run = continue_run(warehouse, run_id)
    submit_delivery(queue, run.run_id, author.name)
    return run
