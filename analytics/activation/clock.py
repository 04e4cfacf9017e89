"""
Begins what is due, and sees to what a dead process left undone.

It may tick in several processes at once: the run of a schedule's time has an id
of its own, which only one of them can begin, and a run is carried out only by
the process that took it over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from analytics.activation.delivery import at_it, begin_run
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.schedule import Schedule
from clickhouse_schema.client import Warehouse
from clickhouse_schema.deliveries.runs import UNFINISHED, RunTaken, last_due, runs
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.made.reading import listed
from clickhouse_schema.made.things import Made

TICK_SECONDS = 30.0
# A run missed because nothing was running is made up for within this time.
CATCH_UP = timedelta(hours=12)
log = logging.getLogger("clientele.activation")
Submit = Callable[[str], object]


def begin_due(warehouse: Warehouse, submit: Submit, now: datetime) -> list[str]:
    """
    Begin the runs that are due and not yet begun.

    A schedule counts from when it was saved: what was due before is not made up for.

    Args:
        submit: Queues the run of an id.
        now: With a time zone.

    Returns:
        The ids of the runs that were begun here.
    """
    begun = []
    done = last_due(warehouse)
    for activation in listed(warehouse, ACTIVATION):
        schedule = _schedule_of(activation)
        if schedule is None:
            continue
        due = schedule.latest_due(now)
        late = now - due > CATCH_UP
        if late or due <= activation.at or due <= done.get(activation.id, due - CATCH_UP):
            continue
        try:
            run = begin_run(warehouse, activation, cause="schedule", due_at=due, now=now)
        except RunTaken:
            continue
        submit(run.run_id)
        begun.append(run.run_id)
    return begun


def _schedule_of(activation: Made) -> Schedule | None:
    """Return when an activation is due; None for never, also when it cannot be read."""
    try:
        plan = Plan.of(activation.body)
    except ValueError as error:
        fields = {"activation": activation.id, "why": str(error)}
        log.warning("delivery cannot be read", extra={"fields": fields})
        return None
    return None if plan.paused else plan.schedule


def take_up(
    warehouse: Warehouse, submit: Submit, now: datetime, *, at_start: bool = False
) -> list[str]:
    """
    Queue the runs whose process died, and those whose receiver is to be tried again.

    Args:
        now: With a time zone.
        at_start: This process has just begun, so that runs which wait for one are
            queued too: the queue they were in may be gone.

    Returns:
        Their ids.
    """
    mine, alone = at_it(), warehouse.home.embedded
    left = [
        run.run_id
        for run in runs(warehouse, states=UNFINISHED)
        if run.forsaken(mine, alone=alone)
        or (run.state == "waiting" and run.resume_at <= now)
        or (at_start and run.state == "begun" and not run.owner)
    ]
    for run_id in left:
        log.info("delivery taken up again", extra={"fields": {"run": run_id}})
        submit(run_id)
    return left


class Clock:
    """Ticks on a thread of its own until stopped; `tidy` is called at each tick."""

    def __init__(
        self,
        warehouse: Callable[[], Warehouse],
        submit: Submit,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tidy: Callable[[], object] = lambda: None,
    ) -> None:
        self._warehouse, self._submit, self._now, self._tidy = warehouse, submit, now, tidy
        self._stopped = threading.Event()
        self._started = False

    def start(self) -> None:
        """Tick every half minute from now on."""
        threading.Thread(target=self._run, name="activation-clock", daemon=True).start()

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()

    def tick(self) -> None:
        """Do once what is to be done; a warehouse that is away is tried again next time."""
        try:
            now = self._now()
            take_up(self._warehouse(), self._submit, now, at_start=not self._started)
            self._started = True
            begin_due(self._warehouse(), self._submit, now)
            self._tidy()
        except WarehouseError as error:
            log.warning("deliveries wait", extra={"fields": {"why": str(error)}})
        except Exception:
            log.exception("the clock of deliveries failed")

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.tick()
            self._stopped.wait(TICK_SECONDS)
