"""
Carries runs out, from wherever they stand.

Whom a run is for is written down first; then each batch is sent and noted when it
arrived. So a run that lost its process goes on behind the last noted batch, and
a batch whose note was lost is sent once more, under the same idempotency key.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analytics.activation.addresses import webhook_url
from analytics.activation.folder import deliver_file
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.settings import DeliverySettings
from analytics.activation.webhook import Later, Poster, encode, receiver_secret
from analytics.errors import AnalysisError, DeliveryFailed
from analytics.exports.files import Export, export_of
from clickhouse_schema.client import Warehouse
from clickhouse_schema.deliveries import frozen
from clickhouse_schema.deliveries.runs import (
    Cause,
    Run,
    RunTaken,
    advance,
    batch_arrived,
    batches_done,
    begin,
    run_of,
    take_over,
)
from clickhouse_schema.errors import QueryCancelled, WarehouseError, WarehouseUnavailable
from clickhouse_schema.made.reading import current, version_of
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.loads import data_state

# The members of a segment: (warehouse, segment id, version or 0 for the newest) -> both.
MembersOf = Callable[[Warehouse, str, int], tuple[Made, Members]]
log = logging.getLogger("clientele.activation")
_mine: set[str] = set()
_guard = threading.Lock()


class Listener(Protocol):
    """Who follows a run: hears how far it is, and can stop it."""

    def told(self, percent: float, message: str) -> None:
        """Hear how far it is; raises to stop."""

    def wait(self, seconds: float) -> None:
        """Wait; raises to stop."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    What a run is carried out with.

    Attributes:
        warehouse: Where members and the log are.
        settings: Where deliveries may go.
        members_of: Finds the members of a segment.
        now: The time, UTC.
    """

    warehouse: Warehouse
    settings: DeliverySettings
    members_of: MembersOf
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def carry_out(self, run_id: str, listener: Listener) -> Run | None:
        """
        Do what is left of a run.

        Returns:
            The run, done or waiting for its receiver; None when there is nothing
            to do now or another process is at it.

        Raises:
            AnalysisError: It failed; the log of runs says so too.
            WarehouseError: The warehouse failed. If it could not be reached or
                the query was stopped, the run is taken up again later.
            Exception: What the listener raised; the run is to be taken up again.
        """
        with _at_it(run_id) as mine:
            run = run_of(self.warehouse, run_id) if mine else None
            if run is None or not run.unfinished:
                return None
            if run.state == "waiting" and run.resume_at > self.now():
                return None
            if run.owner and not run.forsaken(alone=self.warehouse.home.embedded):
                return None
            try:
                run = take_over(self.warehouse, run)
                return self._carry_out(run, listener)
            except RunTaken:
                return None

    def _carry_out(self, run: Run, listener: Listener) -> Run:
        try:
            made = version_of(self.warehouse, ACTIVATION, run.activation_id, run.activation_version)
            plan = Plan.of(made.body)
            run = self._frozen(run, plan, listener)
            run = self._to_folder(run, plan, listener) if plan.to == "folder" else (
                self._to_webhook(run, plan, listener)
            )  # fmt: skip
        except (RunTaken, QueryCancelled, WarehouseUnavailable):
            raise  # not the run's fault: somebody goes on with it
        except (AnalysisError, WarehouseError) as error:
            fail_run(self.warehouse, run.run_id, str(error))
            raise
        fields = {"run": run.run_id, "state": run.state, "members": run.members}
        log.info("delivery", extra={"fields": fields})
        return run

    def _frozen(self, run: Run, plan: Plan, listener: Listener) -> Run:
        """Write down whom the run is for, unless that was done."""
        size = plan.batch_size if plan.to == "webhook" else 0
        if not run.freeze_id:
            listener.told(0, "Finding the members")
            segment, members = self.members_of(self.warehouse, plan.segment, plan.segment_version)
            freeze_id, count = frozen.freeze(
                self.warehouse, members, comment=f"delivery run={run.run_id}"
            )
            run = replace(
                run, freeze_id=freeze_id, members=count, segment_id=segment.id,
                segment_version=segment.version, segment_name=segment.name,
            )  # fmt: skip
        elif not frozen.still_frozen(self.warehouse, run.freeze_id) and run.members:
            raise DeliveryFailed(
                f"Whom this was sent to is kept for {frozen.KEPT_DAYS} days. Deliver it anew."
            )
        batches = -(-run.members // size) if size else 1
        return advance(self.warehouse, run, "sending", batch_size=size, batches=batches)

    def _to_folder(self, run: Run, plan: Plan, listener: Listener) -> Run:
        def told(rows: int) -> None:
            share = 100 * rows / run.members if run.members else 100
            listener.told(share, f"{rows:,} of {run.members:,} members written")

        export = self._export(run, plan)
        name = export.file_name(run.began_at.date()).replace(
            f".{plan.format}", f"-{run.began_at:%H%M%S}-{run.run_id[-6:].lower()}.{plan.format}"
        )
        path = deliver_file(self.warehouse, export, self.settings.folder, name, run.members, told)
        batch_arrived(self.warehouse, run, 1, 1, "written")
        return advance(self.warehouse, run, "done", place=str(path))

    def _to_webhook(self, run: Run, plan: Plan, listener: Listener) -> Run:
        if not self.settings.secret:
            raise DeliveryFailed(
                "Posts are signed, and there is no secret to sign with: ask your administrator to "
                "set CLIENTELE_WEBHOOK_SECRET, then continue the delivery."
            )
        url = webhook_url(plan.url)
        run = replace(run, place=url.place)
        secret = receiver_secret(self.settings.secret, run.activation_id, plan.secret_no)
        poster = Poster(url, replace(self.settings, secret=secret), listener.wait)
        export = self._export(run, plan)
        done = batches_done(self.warehouse, run.run_id)
        for number in range(1, run.batches + 1):
            if number in done:
                continue
            self._check_still_ours(run)
            sent = (number - 1) * run.batch_size
            listener.told(100 * sent / run.members, f"{sent:,} of {run.members:,} members sent")
            body = encode(self._payload(run, export, number))
            try:
                attempts, answer = poster.post(f"{run.run_id}:{number}", body, run.attempts)
            except Later as later:
                return self._wait(run, later)
            batch_arrived(self.warehouse, run, number, attempts, answer)
            run = replace(run, attempts=0)
        return advance(self.warehouse, run, "done")

    def _check_still_ours(self, run: Run) -> None:
        """Leave a run that was stopped, or taken over, since its last event."""
        newest = run_of(self.warehouse, run.run_id)
        if newest is not None and newest.revision != run.revision:
            raise RunTaken("This delivery was stopped.")

    def _wait(self, run: Run, later: Later) -> Run:
        """Leave the run until its receiver is to be tried again."""
        return advance(
            self.warehouse,
            run,
            "waiting",
            owner="",
            attempts=later.attempts,
            resume_at=self.now() + timedelta(seconds=later.seconds),
            error=f"The receiver could not take a batch: {later.said}. It is tried again.",
        )

    def _payload(self, run: Run, export: Export, number: int) -> dict[str, Any]:
        first = (number - 1) * run.batch_size + 1
        last = min(number * run.batch_size, run.members)
        rows = frozen.batch_of(self.warehouse, run.freeze_id, first, last)
        columns = export.layout.columns
        members = [
            {
                header: run.segment_name if fact == "segment_name" else row[fact]
                for header, fact in columns
            }
            for row in rows
        ]
        return {
            "run": run.run_id,
            "batch": number,
            "batches": run.batches,
            "segment": {
                "id": run.segment_id,
                "name": run.segment_name,
                "version": run.segment_version,
            },
            "began_at": run.began_at.isoformat(timespec="seconds"),
            "members_in_all": run.members,
            "members": members,
        }

    def _export(self, run: Run, plan: Plan) -> Export:
        members = frozen.frozen_members(self.warehouse, run.freeze_id, run.segment_name)
        state = data_state(self.warehouse)
        as_of = state.newest_at.date().isoformat() if state.orders else ""
        return export_of(
            members, plan.layout, plan.format, version=run.segment_version, data_as_of=as_of
        )


def begin_run(
    warehouse: Warehouse,
    activation: Made,
    *,
    cause: Cause = "by hand",
    asked_by: Author | None = None,
    due_at: datetime | None = None,
    replay_of: Run | None = None,
    now: datetime | None = None,
) -> Run:
    """
    Enter a run of an activation; `Delivery.carry_out` does it.

    Args:
        due_at: Of a schedule: the run of that time is begun once only.
        replay_of: A run whose members are sent again, as they were then.

    Raises:
        RunTaken: The schedule's run of that time has been begun elsewhere.
    """
    began = now or datetime.now(UTC)
    run_id = secrets.token_hex(8)
    if cause == "schedule" and due_at is not None:
        run_id = f"{activation.id}-{due_at:%Y%m%dT%H%M}"
    run = Run(
        run_id=run_id,
        event_no=1,
        revision="",
        at=began,
        state="begun",
        activation_id=activation.id,
        activation_version=activation.version,
        cause=cause,
        asked_by="" if asked_by is None else asked_by.name,
        due_at=due_at or began,
        began_at=began,
    )
    if replay_of is not None:
        run = replace(
            run, replay_of=replay_of.run_id, freeze_id=replay_of.freeze_id,
            members=replay_of.members, segment_id=replay_of.segment_id,
            segment_version=replay_of.segment_version, segment_name=replay_of.segment_name,
            activation_version=replay_of.activation_version,
        )  # fmt: skip
    return begin(warehouse, run)


def replay_run(warehouse: Warehouse, run_id: str, *, asked_by: Author) -> Run:
    """
    Begin a run that sends the members of an earlier one again, under new idempotency keys.

    Raises:
        DeliveryFailed: There is no such run, or it never had members.
    """
    old = _known(warehouse, run_id)
    if not old.freeze_id:
        raise DeliveryFailed("That run ended before its members were found: deliver it anew.")
    activation = current(warehouse, ACTIVATION, old.activation_id)
    return begin_run(warehouse, activation, cause="replay", asked_by=asked_by, replay_of=old)


def continue_run(warehouse: Warehouse, run_id: str) -> Run:
    """
    Set a failed or stopped run going again, behind the last batch that arrived.

    Raises:
        DeliveryFailed: There is no such run, or there is nothing left of it to do.
        RunTaken: Somebody else has set it going.
    """
    run = _known(warehouse, run_id)
    if run.state not in {"failed", "stopped"}:
        raise DeliveryFailed("Only a delivery that failed or was stopped can be continued.")
    return advance(warehouse, replace(run, owner="", attempts=0), "begun", error="")


def stop_run(warehouse: Warehouse, run_id: str) -> Run | None:
    """Enter that a run was stopped by a reader; whoever is at it finds its next event taken."""
    run = run_of(warehouse, run_id)
    if run is None or not run.unfinished:
        return run
    try:
        return advance(warehouse, run, "stopped")
    except (RunTaken, WarehouseError):
        return run_of(warehouse, run_id)


def fail_run(warehouse: Warehouse, run_id: str, why: str) -> None:
    """Enter that a run failed; its newest event may be later than what its process had read."""
    run = run_of(warehouse, run_id)
    if run is not None and run.unfinished:
        advance(warehouse, run, "failed", error=why)


def at_it() -> frozenset[str]:
    """Return the ids of the runs this process is carrying out."""
    with _guard:
        return frozenset(_mine)


def _known(warehouse: Warehouse, run_id: str) -> Run:
    run = run_of(warehouse, run_id)
    if run is None:
        raise DeliveryFailed("There is no such delivery.")
    return run


@contextmanager
def _at_it(run_id: str) -> Iterator[bool]:
    """Tell whether this thread is the only one of this process at a run."""
    with _guard:
        first = run_id not in _mine
        if first:
            _mine.add(run_id)
    try:
        yield first
    finally:
        if first:
            with _guard:
                _mine.discard(run_id)
