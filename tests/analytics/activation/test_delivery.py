"""A delivery reaches every member, tells how it went, and is lost by nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics.activation.clock import CATCH_UP, begin_due, take_up
from analytics.activation.delivery import (
    Delivery,
    begin_run,
    continue_run,
    replay_run,
    stop_run,
)
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.schedule import Schedule
from analytics.activation.settings import DeliverySettings
from analytics.activation.webhook import MOST_ATTEMPTS
from analytics.errors import DeliveryFailed
from clickhouse_schema.deliveries import frozen
from clickhouse_schema.deliveries.runs import GIVEN_UP, RunTaken, advance, run_of, runs, take_over
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.differences import difference
from clickhouse_schema.made.store import archive, save
from tests.analytics.activation.helpers import (
    ANNA,
    SEGMENT,
    Heard,
    activation,
    add_customers,
    everybody,
)
from tests.analytics.activation.receiver import receiver

ROOT = Path(__file__).parents[3]
NOW = datetime.now(UTC)


@pytest.fixture
def delivery(empty_warehouse, tmp_path):
    """Deliveries of 25 customers, to a folder or to this machine."""
    add_customers(empty_warehouse, 25)
    settings = DeliverySettings(tmp_path / "out", secret="s" * 40, private_hosts=("127.0.0.1",))
    return Delivery(empty_warehouse, settings, everybody)


def test_a_file_arrives_whole_and_the_run_is_logged(delivery):
    """Every member is in the file, nothing unfinished lies beside it, the log has the counts."""
    made = activation(delivery.warehouse, layout="klaviyo")
    run = begin_run(delivery.warehouse, made, asked_by=ANNA)
    done = delivery.carry_out(run.run_id, Heard())

    files = list(delivery.settings.folder.iterdir())
    rows = list(csv.DictReader(files[0].read_text().splitlines()))
    assert len(files) == 1 and files[0].name.startswith("segment-everybody-")
    assert [row["External ID"] for row in rows] == [f"{n:06d}" for n in range(25)]
    assert {row["Segment"] for row in rows} == {"Everybody"}
    logged = run_of(delivery.warehouse, run.run_id)
    assert (logged.state, logged.members, logged.batches, logged.batches_done) == (
        "done", 25, 1, 1)  # fmt: skip
    assert (logged.segment_name, logged.segment_version, logged.asked_by) == (
        "Everybody", 1, "Anna")  # fmt: skip
    assert logged.place == str(files[0]) == done.place
    assert delivery.carry_out(run.run_id, Heard()) is None


@pytest.mark.parametrize("format_", ["parquet", "xlsx"])
def test_other_formats_arrive_too(delivery, format_):
    """A file of each format is delivered under its own ending."""
    made = activation(delivery.warehouse, format=format_)
    delivery.carry_out(begin_run(delivery.warehouse, made).run_id, Heard())

    (file,) = delivery.settings.folder.iterdir()
    assert file.suffix == f".{format_}" and file.stat().st_size > 1000


def test_a_folder_that_cannot_be_written_fails_in_words(delivery):
    """The log and the caller say what to do; continued, the run ends well."""
    delivery.settings.folder.write_text("in the way")
    made = activation(delivery.warehouse)
    run = begin_run(delivery.warehouse, made)
    with pytest.raises(DeliveryFailed, match="could not be written"):
        delivery.carry_out(run.run_id, Heard())
    assert "could not be written" in run_of(delivery.warehouse, run.run_id).error

    delivery.settings.folder.unlink()
    continue_run(delivery.warehouse, run.run_id)
    delivery.carry_out(run.run_id, Heard())
    assert run_of(delivery.warehouse, run.run_id).state == "done"


def test_batches_hold_every_member_once(delivery):
    """Members come in order of their ids, in batches of the size asked for, fully described."""
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url, batch_size=10)
        run = begin_run(delivery.warehouse, made)
        delivery.carry_out(run.run_id, heard := Heard())

    bodies = [json.loads(body) for _, _, body in there.posts]
    assert there.keys == [f"{run.run_id}:{n}" for n in (1, 2, 3)]
    assert [len(body["members"]) for body in bodies] == [10, 10, 5]
    ids = [member["customer_id"] for body in bodies for member in body["members"]]
    assert ids == [f"{n:06d}" for n in range(25)]
    assert bodies[0]["segment"] == {"id": "everybody", "name": "Everybody", "version": 1}
    assert (bodies[0]["batches"], bodies[0]["members_in_all"]) == (3, 25)
    assert "token" not in run_of(delivery.warehouse, run.run_id).place
    assert heard.messages[-1] == (80.0, "20 of 25 members sent")


def test_a_failed_run_goes_on_behind_the_last_batch_that_arrived(delivery):
    """Members found at the beginning are sent, whoever joined since; nothing is sent twice."""
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url, batch_size=10)
        there.answers = [(200, {}), (403, {})]
        run = begin_run(delivery.warehouse, made)
        with pytest.raises(DeliveryFailed, match="refused"):
            delivery.carry_out(run.run_id, Heard())
        failed = run_of(delivery.warehouse, run.run_id)
        assert (failed.state, failed.batches_done) == ("failed", 1)
        assert delivery.carry_out(run.run_id, Heard()) is None

        add_customers(delivery.warehouse, 50, first=25)
        continue_run(delivery.warehouse, run.run_id)
        delivery.carry_out(run.run_id, Heard())

    assert there.keys == [f"{run.run_id}:{n}" for n in (1, 2, 2, 3)]
    assert there.posts[1][2] == there.posts[2][2]
    done = run_of(delivery.warehouse, run.run_id)
    assert (done.state, done.members, done.batches_done, done.error) == ("done", 25, 3, "")
    with pytest.raises(DeliveryFailed, match="failed or was stopped"):
        continue_run(delivery.warehouse, run.run_id)


def test_a_receiver_that_is_away_holds_no_worker(delivery):
    """The run waits in the log, goes on when it is time, and ends after the last attempt."""
    moment = [NOW]
    patient = replace(delivery, now=lambda: moment[0])
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url, batch_size=10)
        run = begin_run(delivery.warehouse, made)
        there.answers = [(200, {}), (503, {"Retry-After": "120"}), *[(503, {})] * 7]
        waiting = patient.carry_out(run.run_id, Heard())
        assert (waiting.state, waiting.attempts) == ("waiting", 1)
        assert waiting.resume_at == NOW + timedelta(seconds=120)
        assert patient.carry_out(run.run_id, Heard()) is None
        assert take_up(delivery.warehouse, lambda _: None, NOW) == []

        for _ in range(5):
            moment[0] = run_of(delivery.warehouse, run.run_id).resume_at
            (taken,) = take_up(delivery.warehouse, lambda _: None, moment[0])
            last = taken
            try:
                patient.carry_out(last, Heard())
            except DeliveryFailed:
                break

    assert there.keys == [f"{run.run_id}:1", *[f"{run.run_id}:2"] * MOST_ATTEMPTS]
    failed = run_of(delivery.warehouse, run.run_id)
    assert (failed.state, failed.batches_done) == ("failed", 1)


def test_a_replay_sends_the_same_members_under_new_keys(delivery):
    """What was sent once can be sent again, as it was then, by the version it was sent by."""
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url, batch_size=20)
        first = begin_run(delivery.warehouse, made)
        delivery.carry_out(first.run_id, Heard())
        add_customers(delivery.warehouse, 50, first=25)
        save(
            delivery.warehouse, ACTIVATION, made.id, made_from=1, author=ANNA,
            body=Plan(segment="everybody", to="webhook", url=there.url, batch_size=5).to_dict(),
        )  # fmt: skip
        again = replay_run(delivery.warehouse, first.run_id, asked_by=ANNA)
        delivery.carry_out(again.run_id, Heard())

    old, new = there.posts[:2], there.posts[2:]
    members = [json.loads(body)["members"] for _, _, body in (*old, *new)]
    assert members[:2] == members[2:]
    assert len(set(there.keys)) == 4
    logged = run_of(delivery.warehouse, again.run_id)
    assert (logged.cause, logged.replay_of, logged.activation_version) == (
        "replay", first.run_id, 1)  # fmt: skip
    delivery.warehouse.command("TRUNCATE TABLE delivery_members")
    late = replay_run(delivery.warehouse, first.run_id, asked_by=ANNA)
    with pytest.raises(DeliveryFailed, match="kept for 90 days"):
        delivery.carry_out(late.run_id, Heard())


def test_members_frozen_long_ago_are_forgotten(delivery):
    """Whole weeks of the log of members are dropped when they are old; newer ones stay."""
    delivery.warehouse.command(
        "INSERT INTO delivery_members (frozen_on, freeze_id, position)"
        " VALUES (today() - 100, 'old', 1), (today() - 80, 'new', 1)"
    )
    frozen.drop_old(delivery.warehouse)

    assert not frozen.still_frozen(delivery.warehouse, "old")
    assert frozen.still_frozen(delivery.warehouse, "new")


def test_only_one_process_carries_a_run_out(delivery):
    """Whoever reads the same state and writes second is told to leave it."""
    made = activation(delivery.warehouse)
    run = begin_run(delivery.warehouse, made)
    seen = run_of(delivery.warehouse, run.run_id)
    take_over(delivery.warehouse, seen)

    with pytest.raises(RunTaken):
        take_over(delivery.warehouse, seen)


def test_a_run_of_another_living_process_is_left_alone(delivery):
    """The owner is asked for by its process id; a dead one's run is taken up."""
    run = begin_run(delivery.warehouse, activation(delivery.warehouse))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as sleeper:
        owner = f"{os.uname().nodename}:{sleeper.pid}:0123"
        owned = advance(delivery.warehouse, run, "sending", owner=owner)
        assert not owned.forsaken()
        # Who holds the embedded home knows that nobody else can be at it.
        assert owned.forsaken(alone=True)
        sleeper.communicate(b"\n")
    assert owned.forsaken()
    far = replace(owned, owner="elsewhere:1:0123", seen_at=datetime.now(UTC))
    assert not far.forsaken()
    assert replace(far, seen_at=far.seen_at - GIVEN_UP - timedelta(seconds=1)).forsaken()

    taken: list[str] = []
    assert take_up(delivery.warehouse, taken.append, NOW) == [run.run_id] == taken
    assert delivery.carry_out(run.run_id, Heard()).state == "done"


def test_a_stopped_run_stays_stopped_until_it_is_continued(delivery):
    """Who stops a delivery ends it between two batches; its log says so."""
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url, batch_size=10)
        run = begin_run(delivery.warehouse, made)
        with pytest.raises(InterruptedError):
            delivery.carry_out(run.run_id, Heard(stop_after=2))
        assert stop_run(delivery.warehouse, run.run_id).state == "stopped"
        assert take_up(delivery.warehouse, lambda _: None, NOW) == []
        continue_run(delivery.warehouse, run.run_id)
        delivery.carry_out(run.run_id, Heard())

    assert there.keys == [f"{run.run_id}:{n}" for n in (1, 2, 3)]


def test_a_segment_that_is_gone_fails_in_words(delivery):
    """The run says so; it is not tried for ever."""
    made = activation(delivery.warehouse)
    archive(delivery.warehouse, SEGMENT, "everybody", made_from=1, author=ANNA)
    run = begin_run(delivery.warehouse, made)
    with pytest.raises(UnknownThing):
        delivery.carry_out(run.run_id, Heard())

    assert run_of(delivery.warehouse, run.run_id).error == "The segment is in the archive."
    assert take_up(delivery.warehouse, lambda _: None, NOW) == []


def test_nobody_in_a_segment_is_a_run_too(delivery):
    """An empty file arrives; a webhook gets no post; both are done."""
    delivery.warehouse.command("TRUNCATE TABLE customers")
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url)
        run = delivery.carry_out(begin_run(delivery.warehouse, made).run_id, Heard())

    assert (run.state, run.members, there.posts) == ("done", 0, [])


def test_without_a_secret_nothing_is_posted(delivery, tmp_path):
    """The sentence names the setting."""
    unsigned = Delivery(delivery.warehouse, DeliverySettings(tmp_path), everybody)
    with receiver() as there:
        made = activation(delivery.warehouse, to="webhook", url=there.url)
        run = begin_run(delivery.warehouse, made)
        with pytest.raises(DeliveryFailed, match="CLIENTELE_WEBHOOK_SECRET"):
            unsigned.carry_out(run.run_id, Heard())

    assert there.posts == []


def test_what_is_due_begins_once_whoever_ticks(delivery):
    """Two clocks at one time begin one run; the next night begins the next."""
    made = activation(delivery.warehouse, schedule=Schedule(3, time_zone="Europe/Berlin"))
    night = Schedule(3, time_zone="Europe/Berlin").next_due(made.at)
    begun: list[str] = []

    assert begin_due(delivery.warehouse, begun.append, night - timedelta(seconds=1)) == []
    assert len(begin_due(delivery.warehouse, begun.append, night)) == 1
    assert begin_due(delivery.warehouse, begun.append, night + timedelta(seconds=1)) == []
    with pytest.raises(RunTaken):
        begin_run(delivery.warehouse, made, cause="schedule", due_at=night)
    later = night + timedelta(days=1, hours=2)
    assert len(begin_due(delivery.warehouse, begun.append, later)) == 1
    assert len(set(begun)) == 2
    due = {run.due_at for run in runs(delivery.warehouse, activation_id=made.id)}
    assert night in due and len(due) == 2


def test_a_missed_night_is_made_up_for_within_half_a_day(delivery):
    """A server that was off over night delivers in the morning, and not a week later."""
    made = activation(delivery.warehouse, schedule=Schedule(3, weekday=0))
    due = Schedule(3, weekday=0).next_due(made.at)

    assert begin_due(delivery.warehouse, lambda _: None, due + CATCH_UP + timedelta(hours=1)) == []
    assert len(begin_due(delivery.warehouse, lambda _: None, due + timedelta(hours=5))) == 1


def test_what_rests_is_not_due(delivery):
    """Activations by hand and those in the archive begin nothing."""
    made = activation(delivery.warehouse, schedule=Schedule(3))
    archive(delivery.warehouse, ACTIVATION, made.id, made_from=1, author=ANNA)

    night = datetime.now(UTC) + timedelta(days=2)
    assert begin_due(delivery.warehouse, lambda _: None, night) == []


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"segment": "../x"}, "no segment"),
        ({"segment": None}, "no segment"),
        ({"layout": "sql"}, "columns"),
        ({"to": "ftp"}, "folder or to a webhook"),
        ({"format": "exe"}, "format"),
        ({"to": "webhook"}, "no address"),
        ({"to": "webhook", "url": "http://10.0.0.1/"}, "https://"),
        ({"batch_size": 0}, "from 1 to"),
        ({"batch_size": 10**9}, "from 1 to"),
        ({"schedule": {"hour": 99}}, "hour"),
        ({"secret": "x"}, "no activation has"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_not_stored(wrong, advice):
    """Everything a reader chooses is checked against lists and bounds."""
    with pytest.raises(ValueError, match=advice):
        Plan.of({"segment": "everybody", **wrong})


def test_a_changed_plan_is_told_in_a_sentence(delivery):
    """The history says what is sent where and when, before and after."""
    made = activation(delivery.warehouse)
    plan = Plan(segment="everybody", layout="klaviyo", schedule=Schedule(2))
    changed = save(
        delivery.warehouse, ACTIVATION, made.id, made_from=1, author=ANNA, body=plan.to_dict()
    )

    assert difference(ACTIVATION, made, changed) == [
        "As CSV (All columns) to the folder, by hand only. → "
        "As CSV (Klaviyo) to the folder, every night at 02:00 (UTC)."
    ]
