"""Deliveries run on the queue: followed, stopped, and taken up by a clock."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from analytics.activation import work
from analytics.activation.clock import Clock, take_up
from analytics.activation.delivery import begin_run, stop_run
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.settings import DeliverySettings, use_delivery_settings
from analytics.experiment_plans import Plan as ExperimentPlan
from analytics.experiments import members_with_arms, plan_experiment, start
from analytics.jobs import JobQueue
from analytics.saved_segments import SEGMENT, segment_body
from clickhouse_schema.deliveries.runs import run_of
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.facts import members_sql
from clickhouse_schema.queries.loads import data_state
from clickhouse_schema.rules.tree import EVERYBODY
from tests.analytics.activation.receiver import receiver
from tests.filling import Line, fill

ANNA = Author("Anna")


@pytest.fixture
def queue(empty_warehouse, tmp_path):
    """A queue whose jobs are run by hand, over three customers."""
    fill(
        empty_warehouse,
        [Line(str(n), "2025-01-03 10:00", "30", f"c{n}") for n in range(3)],
    )
    use_delivery_settings(
        DeliverySettings(
            tmp_path / "out", tmp_path / "exports", secret="s" * 40, private_hosts=("127.0.0.1",)
        )
    )
    yield JobQueue(tmp_path)
    use_delivery_settings(None)


def activation(warehouse, **plan):
    """Keep an activation of everybody."""
    segment = create(
        warehouse, SEGMENT, name="Everybody", body=segment_body(EVERYBODY), author=ANNA
    )
    body = Plan(segment=segment.id, **plan).to_dict()
    return create(warehouse, ACTIVATION, name="Send", body=body, author=ANNA)


def test_a_job_delivers_and_tells_where(queue, empty_warehouse, tmp_path):
    """The job's answer has the counts; a second job of the same run does nothing."""
    run = begin_run(empty_warehouse, activation(empty_warehouse), asked_by=ANNA)
    first = work.submit_delivery(queue, run.run_id, "anna")
    second = work.submit_delivery(queue, run.run_id, "anna")
    queue.run(first)
    queue.run(second)

    job = queue.find(first)
    assert (job.state, job.answer["members"], job.answer["state"]) == ("done", 3, "done")
    assert (queue.find(second).state, queue.find(second).answer) == ("done", None)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_run_stopped_before_its_turn_is_not_sent(queue, empty_warehouse):
    """The log of runs says stopped, and the clock leaves it so."""
    run = begin_run(empty_warehouse, activation(empty_warehouse))
    job = work.submit_delivery(queue, run.run_id)
    assert work.stop_delivery(queue, run.run_id).state == "stopped"
    queue.run(job)

    assert queue.find(job).state == "cancelled"
    assert take_up(empty_warehouse, lambda _: None, datetime.now(UTC), at_start=True) == []
    follows = work._Follows(work.Work(queue, queue.find(job)))
    with pytest.raises(work.JobCancelled):
        follows.wait(60)


def test_a_run_stopped_while_it_is_sent_ends_between_two_batches(queue, empty_warehouse):
    """Stopped in the log by another process, its next batch is not sent."""
    with receiver() as there:
        made = activation(empty_warehouse, to="webhook", url=there.url, batch_size=1)
        run = begin_run(empty_warehouse, made)
        there.on_post = lambda: stop_run(empty_warehouse, run.run_id)
        queue.run(job := work.submit_delivery(queue, run.run_id))

    assert len(there.posts) == 1
    assert queue.find(job).answer is None
    stopped = run_of(empty_warehouse, run.run_id)
    assert (stopped.state, stopped.batches_done) == ("stopped", 1)


def test_a_cancelled_job_stops_its_run(queue, empty_warehouse):
    """Cancelling the job while it sends is entered in the log of runs."""
    with receiver() as there:
        made = activation(empty_warehouse, to="webhook", url=there.url, batch_size=1)
        run = begin_run(empty_warehouse, made)
        job = work.submit_delivery(queue, run.run_id)
        there.on_post = lambda: queue.huey.storage.put_data(f"cancel:{job}", b"1")
        queue.run(job)

    assert len(there.posts) == 1
    assert queue.find(job).state == "cancelled"
    assert run_of(empty_warehouse, run.run_id).state == "stopped"


def test_what_nobody_expected_ends_the_run_with_a_sentence(queue, empty_warehouse, monkeypatch):
    """The log of runs has a sentence, the server's log the trace; it is not tried for ever."""

    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(work, "members_of_segment", broken)
    run = begin_run(empty_warehouse, activation(empty_warehouse))
    queue.run(job := work.submit_delivery(queue, run.run_id))

    failed = run_of(empty_warehouse, run.run_id)
    assert (failed.state, queue.find(job).state) == ("failed", "failed")
    assert "secret" not in failed.error + queue.find(job).error


def test_the_clock_takes_up_what_waits(queue, empty_warehouse):
    """A run that was begun and never queued is delivered by the next process that starts."""
    with receiver() as there:
        made = activation(empty_warehouse, to="webhook", url=there.url, batch_size=2)
        run = begin_run(empty_warehouse, made)
        jobs: list[str] = []
        clock = Clock(
            lambda: empty_warehouse, lambda id_: jobs.append(work.submit_delivery(queue, id_))
        )
        clock.tick()
        clock.tick()
        assert len(jobs) == 1
        queue.run(jobs[0])

    assert there.keys == [f"{run.run_id}:1", f"{run.run_id}:2"]
    assert run_of(empty_warehouse, run.run_id).state == "done"


def test_a_clock_without_a_warehouse_goes_on(caplog):
    """A warehouse that is away for a moment does not stop the clock."""

    def away():
        raise OSError("away")

    Clock(away, print).tick()
    assert "clock of deliveries failed" in caplog.text


def begun(warehouse, customers=40):
    """Return an experiment of all customers that has just been split."""
    fill(
        warehouse,
        [Line(f"o{n}", "2025-01-04 10:00", "30", f"d{n}") for n in range(customers)],
    )
    kept = plan_experiment(warehouse, "Spring", ExperimentPlan(control=0.5), None, ANNA)
    return start(warehouse, kept, data_state(warehouse).today, ANNA)


def arms_of(warehouse, one):
    """Return the arm of each customer id, as it was frozen."""
    members = members_with_arms(warehouse, one)
    sql = members_sql(members, ("customer_id", "arm"))
    return dict(warehouse.rows(sql, members.bound))


def test_the_arms_of_an_experiment_are_delivered(queue, empty_warehouse, tmp_path):
    """To the folder and to a webhook, each customer with their arm, again as they were."""
    one = begun(empty_warehouse)
    expected = arms_of(empty_warehouse, one)
    with receiver() as there:
        for plan in (Plan(one.id), Plan(one.id, to="webhook", url=there.url)):
            made = create(
                empty_warehouse,
                ACTIVATION,
                name=f"Arms {plan.to}",
                body=plan.to_dict(),
                author=ANNA,
            )
            run = begin_run(empty_warehouse, made)
            queue.run(work.submit_delivery(queue, run.run_id))
    (path,) = (tmp_path / "out").iterdir()
    rows = list(csv.DictReader(path.read_text().splitlines()))
    posted = [json.loads(body)["members"] for _, _, body in there.posts]

    assert set(expected.values()) == {"Control", "Offer"}
    assert {row["customer_id"]: row["arm"] for row in rows} == expected
    assert {row["customer_id"]: row["arm"] for row in posted[0]} == expected


def test_a_workbook_of_the_arms_is_made_by_a_job(queue, empty_warehouse):
    """Its last column is the arm; a segment's has none."""
    one = begun(empty_warehouse)
    job = work.submit_export(queue, "me", layout="generic", format_="xlsx", arms=one.id)
    queue.run(job)
    path, _, _ = work.finished_export(queue, job)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Members").to_python()
    place = rows[0].index("arm")

    assert rows[0][-1] == "arm"
    assert {row[0]: row[place] for row in rows[1:]} == arms_of(empty_warehouse, one)
    with pytest.raises(UnknownThing):
        work.members_to_send(empty_warehouse, "nobody")
