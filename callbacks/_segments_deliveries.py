"""Deliveries in words: the form read, its sentence, the cards, the log of runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.activation.desk import Logged, Planned
from analytics.activation.plan import MOST_PER_BATCH, Plan
from analytics.activation.webhook import MOST_ATTEMPTS
from analytics.experiment_kinds import Experiment
from analytics.experiments import all_experiments
from analytics.exports.excel import SHEET_ROWS
from analytics.reports._warehouse import warehouse
from analytics.reports.segments import preview
from analytics.reports.shell import ShellFacts
from callbacks._segments_rule import Saved, basis_of, saved_segments
from clickhouse_schema.deliveries.runs import Run
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import Group
from layouts.format import count, day
from layouts.segments_deliveries import FORM, DeliveryCard, Ids, RunLine, Tone

MOST_RUNS = 50
_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)(:00)?$")
_STATES: dict[str, tuple[str, Tone]] = {
    "begun": ("Waiting to start", "busy"),
    "sending": ("Sending", "busy"),
    "waiting": ("Trying again", "busy"),
    "done": ("Delivered", "good"),
    "failed": ("Failed", "bad"),
    "stopped": ("Stopped", "calm"),
}
_CAUSES = {"by hand": "by hand", "schedule": "by schedule", "replay": "sent again"}


def plan_of(values: Sequence[Any], time_zone: str, kept: Plan | None = None) -> Plan:
    """
    Return the plan that the form's values say.

    Args:
        values: In the order of `FORM`.
        time_zone: In which a time of day is meant.
        kept: The plan being changed: what the form has no place for stays.

    Raises:
        ValueError: It is not finished or cannot be; the sentence says what to do.
    """
    given = dict(zip(FORM, values, strict=True))
    segment, to = given[Ids.SEGMENT], given[Ids.TO]
    if not isinstance(segment, str) or not segment:
        raise ValueError("Choose a segment.")
    url = given[Ids.URL].strip() if isinstance(given[Ids.URL], str) else ""
    if to == "webhook" and not url:
        raise ValueError("Enter the address of the webhook.")
    body: dict[str, Any] = {
        **({} if kept is None else kept.to_dict()),
        "segment": segment,
        "layout": given[Ids.COLUMNS],
        "to": to,
        "format": given[Ids.FORMAT],
        "url": url if to == "webhook" else "",
        "schedule": _schedule(given, time_zone),
    }
    if kept is not None and kept.segment != segment:
        body["segment_version"] = 0
    if to == "webhook":
        body["batch_size"] = _batch(given[Ids.BATCH])
    try:
        return Plan.of(body)
    except (ValueError, TypeError) as error:
        raise ValueError(f"This cannot be sent: {error}") from None


def _batch(given: Any) -> int:
    if type(given) is not int or not 1 <= given <= MOST_PER_BATCH:
        raise ValueError(f"One post holds from 1 to {MOST_PER_BATCH:,} members: enter how many.")
    return int(given)


def _schedule(given: Mapping[str, Any], time_zone: str) -> dict[str, Any] | None:
    often = given[Ids.OFTEN]
    if often not in ("day", "week"):
        return None
    time = _TIME.match(str(given[Ids.TIME]))
    if time is None:
        raise ValueError("Enter the time of day, such as 02:00.")
    weekday = str(given[Ids.WEEKDAY])
    if often == "week" and weekday not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise ValueError("Choose the day of the week.")
    return {
        "hour": int(time[1]),
        "minute": int(time[2]),
        "weekday": int(weekday) if often == "week" else None,
        "time_zone": time_zone or "UTC",
    }


def form_of(plan: Plan, name: str) -> list[Any]:
    """Return the form's values of a plan, in the order of `FORM`."""
    schedule = plan.schedule
    often = "hand" if schedule is None else "day" if schedule.weekday is None else "week"
    time = "02:00" if schedule is None else f"{schedule.hour:02d}:{schedule.minute:02d}"
    weekday = "0" if schedule is None or schedule.weekday is None else str(schedule.weekday)
    return [
        plan.segment, plan.layout, plan.to, plan.format, plan.url, plan.batch_size, often,
        weekday, time, name,
    ]  # fmt: skip


def name_of(plan: Plan, segment: str) -> str:
    """Return the name of a delivery that nobody named."""
    if plan.to == "folder":
        return f"{segment} to the folder"
    return f"{segment} to {plan.url.split('/')[2].rpartition('@')[2]}"


def arms_to_send() -> dict[str, Experiment]:
    """Return the experiments whose arms are frozen, by id."""
    return {one.id: one for one in all_experiments(warehouse()) if one.run is not None}


def to_send() -> dict[str, str]:
    """Return what can be delivered: kept segments, and arms of experiments; id -> name."""
    arms = {id_: f"Arms of “{one.name}”" for id_, one in arms_to_send().items()}
    return {**saved_segments().names, **arms}


def said(plan: Plan, saved: Saved, facts: ShellFacts, now: datetime) -> str:
    """
    Return what a plan will do, in sentences.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As the preview of the segment.
    """
    told = [plan.in_words]
    if plan.schedule is not None and not plan.paused:
        told.append(f"First on {at_time(plan.schedule.next_due(now), plan.schedule.time_zone)}.")
    tree = saved.trees.get(plan.segment)
    experiment = None if tree is not None else arms_to_send().get(plan.segment)
    if experiment is not None and experiment.run is not None:
        customers = sum(experiment.run.customers)
        return " ".join([*told, f"{count(customers)} customers, each with their arm.",
                         *_sheet(plan, customers)])  # fmt: skip
    if tree is None:
        return " ".join([*told, "The segment is not in use any more: choose another."])
    return " ".join([*told, _now(tree, plan, saved, facts)])


def _now(tree: Group, plan: Plan, saved: Saved, facts: ShellFacts) -> str:
    customers = preview(tree, saved.trees, basis_of(facts)).customers
    if not customers:
        return "Nobody is in this segment now: a delivery would be empty."
    people = "1 customer is" if customers == 1 else f"{count(customers)} customers are"
    return " ".join([f"{people} in it now.", *_sheet(plan, customers)])


def _sheet(plan: Plan, customers: int) -> list[str]:
    """Say what of many customers a workbook holds, if it is to be one."""
    if plan.to == "folder" and plan.format == "xlsx" and customers > SHEET_ROWS:
        return [f"Excel holds {SHEET_ROWS:,} of them: choose CSV or Parquet for all."]
    return []


def at_time(at: datetime, time_zone: str) -> str:
    """Return a moment as a clock on the wall shows it: "Mon 23 Nov 2026, 06:00"."""
    there = at.astimezone(ZoneInfo(time_zone or "UTC"))
    return f"{there:%a} {day(there.date())}, {there:%H:%M}"


def delivery_card(one: Planned, time_zone: str) -> DeliveryCard:
    """Return a delivery to be drawn."""
    plan, last = one.plan, one.last
    next_run = "Sent when you say so"
    if plan is not None and plan.schedule is not None:
        next_run = "Paused: nothing is sent until you resume it"
        if one.next_due is not None:
            next_run = f"Next: {at_time(one.next_due, plan.schedule.time_zone)}"
    word, tone = _STATES[last.state] if last is not None else ("", "calm")
    ended = "" if last is None else f"{word} {at_time(last.at, time_zone)}"
    if last is not None and last.state == "done":
        ended += f": {_members(last)}"
    return DeliveryCard(
        id=one.made.id,
        version=one.made.version,
        name=one.made.name,
        sentence=plan.in_words if plan is not None else f"It cannot be read: {one.problem}",
        next_run=next_run,
        last_run=ended,
        tone=tone,
        paused=plan.paused if plan is not None and plan.schedule is not None else None,
        webhook=plan is not None and plan.to == "webhook",
        readable=plan is not None,
    )


def run_line(one: Logged, name: str, time_zone: str) -> RunLine:
    """Return a run to be drawn; `name` is that of its delivery."""
    run = one.run
    word, tone = _STATES[run.state]
    sending = run.state in ("begun", "sending")
    percent = one.percent
    if run.state == "sending" and run.batches > 1:
        percent = max(percent, 100 * run.batches_done / run.batches)
    by = f", {run.asked_by}" if run.asked_by not in ("", Author().name) else ""
    return RunLine(
        id=run.run_id,
        state=word,
        tone=tone,
        head=name,
        told=_told(one, time_zone),
        when=(at_time(run.began_at, time_zone), f"{_CAUSES[run.cause]}{by}"),
        percent=percent if sending else None,
        acts=_acts(run),
    )


def _acts(run: Run) -> tuple[tuple[str, str], ...]:
    if run.unfinished:
        return (("stop", "Stop"),)
    acts: list[tuple[str, str]] = []
    if run.state in ("failed", "stopped"):
        acts.append(("continue", "Continue"))
    if run.freeze_id and run.members:
        acts.append(("replay", "Send again"))
    return tuple(acts)


def _members(run: Run) -> str:
    return "1 member" if run.members == 1 else f"{count(run.members)} members"


def _told(one: Logged, time_zone: str) -> str:
    """Return what happened in a run, in sentences."""
    run = one.run
    webhook = bool(run.batch_size)
    attempts = "" if run.posts <= 1 else f", {run.posts:,} attempts"
    posts = "1 post" if run.batches_done == 1 else f"{run.batches_done:,} posts"
    if run.state == "done":
        if not run.members:
            kept = "nothing was posted" if webhook else f"{run.place} has only its header"
            return f"Nobody was in the segment: {kept}."
        way = f"posted to {run.place} in {posts}{attempts}" if webhook else f"in {run.place}"
        return f"{_members(run)} {way}."
    if run.state == "waiting":
        again = run.resume_at.astimezone(ZoneInfo(time_zone or "UTC"))
        return (
            f"{run.error} Attempt {run.attempts} of {MOST_ATTEMPTS} was at "
            f"{at_time(run.at, time_zone)}; the next comes after {again:%H:%M:%S}."
        )
    if run.unfinished:
        return one.doing or "It begins in a moment."
    arrived = ""
    if webhook and run.batches:
        arrived = f" {run.batches_done:,} of {run.batches:,} posts arrived{attempts}."
    if run.state == "stopped":
        return f"Stopped by hand.{arrived}"
    return f"{run.error}{arrived}"
