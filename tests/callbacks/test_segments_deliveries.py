"""Deliveries on the page: the form read, said, kept and sent; runs told, stopped and repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.activation import desk
from analytics.activation.plan import ACTIVATION, Plan
from analytics.activation.schedule import Schedule
from analytics.activation.settings import DeliverySettings, use_delivery_settings
from analytics.activation.webhook import receiver_secret
from analytics.jobs import JobQueue, use_queue
from analytics.reports.shell import ShellFacts
from analytics.saved_segments import SEGMENT, segment_body
from callbacks import segments_deliveries as page
from callbacks._segments_deliveries import delivery_card, form_of, plan_of, run_line, said
from callbacks._segments_rule import saved_segments
from clickhouse_schema.client import Warehouse
from clickhouse_schema.deliveries.runs import runs
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import EVERYBODY, Condition, Group
from layouts import segments_deliveries as drawn
from layouts.segments_builder import FILE_COLUMNS
from layouts.segments_deliveries import FORM, Ids
from tests.analytics.activation.receiver import receiver

ANNA = Author("Anna")
NOBODY = Group("all", (Condition("frequency", "at_least", 1_000_000),))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def nothing_kept(shop: Warehouse) -> Iterator[None]:
    """The shop with nothing kept and nothing sent, before and after."""
    _forget(shop)
    yield
    _forget(shop)


def _forget(shop: Warehouse) -> None:
    for table in ("made", "delivery_runs", "delivery_batches", "delivery_members"):
        shop.command(f"TRUNCATE TABLE {table}")


@pytest.fixture
def segment(shop: Warehouse) -> str:
    """A kept segment of everybody."""
    body = segment_body(EVERYBODY)
    return create(shop, SEGMENT, name="Everybody", body=body, author=ANNA).id


@pytest.fixture
def work(shop: Warehouse, tmp_path: Path) -> Iterator[JobQueue]:
    """A queue whose jobs are run by hand, a folder, and a master secret."""
    use_delivery_settings(
        DeliverySettings(
            tmp_path / "out", tmp_path / "exports", secret="s" * 40, private_hosts=("127.0.0.1",)
        )
    )
    opened = JobQueue(tmp_path)
    use_queue(opened)
    yield opened
    use_queue(None)
    use_delivery_settings(None)


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What readers are told beside the page."""
    told: list[str] = []
    monkeypatch.setattr(page, "notify", lambda body, **_: told.append(body))
    return told


def press(monkeypatch: pytest.MonkeyPatch, triggered: Any) -> None:
    """Make the next callback believe that this was pressed."""
    pressed = SimpleNamespace(triggered_id=triggered, triggered=[{"value": 1}])
    monkeypatch.setattr(page, "ctx", pressed)


def form(segment: str, **values: Any) -> list[Any]:
    """Return the form filled in."""
    usual: dict[str, Any] = dict(zip(FORM, [segment, *page._EMPTY[1:]], strict=True))
    return list({**usual, **{Ids[name.upper()]: value for name, value in values.items()}}.values())


def save(segment: str, monkeypatch: pytest.MonkeyPatch, *, button: str = Ids.SAVE, **values: Any):  # type: ignore[no-untyped-def]
    """Press a button under the form."""
    press(monkeypatch, button)
    return page.save_delivery(1, 1, *form(segment, **values), None, "Anna")


def test_the_choices_are_those_of_a_plan() -> None:
    """Every column layout, target and format of the form can be kept."""
    for columns, _ in FILE_COLUMNS:
        for format_ in drawn.FORMATS:
            plan = plan_of(form("s", columns=columns, format=format_), "UTC")
            assert (plan.layout, plan.format) == (columns, format_)


@pytest.mark.parametrize(
    ("values", "schedule"),
    [
        ({}, None),
        ({"often": "day", "time": "02:30"}, Schedule(2, 30, None, "Europe/Berlin")),
        ({"often": "week", "weekday": "4", "time": "23:05:00"},
         Schedule(23, 5, 4, "Europe/Berlin")),
    ],
)  # fmt: skip
def test_the_form_becomes_a_plan_and_back(values: dict[str, Any], schedule: Any) -> None:
    """What was kept fills the form with what was typed."""
    plan = plan_of(form("s", **values), "Europe/Berlin")

    assert plan == Plan("s", schedule=schedule)
    assert plan_of(form_of(plan, "Name"), "Europe/Berlin") == plan


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"segment": None}, "Choose a segment"),
        ({"segment": "x' OR 1"}, "names no segment"),
        ({"to": "webhook"}, "Enter the address"),
        ({"to": "webhook", "url": "http://shop.example/x"}, "https://"),
        ({"to": "webhook", "url": "https://a:b@shop.example"}, "user or password"),
        ({"to": "webhook", "url": "https://shop.example", "batch": None}, "from 1 to 10,000"),
        ({"to": "webhook", "url": "https://shop.example", "batch": 10**12}, "from 1 to 10,000"),
        ({"to": "email"}, "folder or to a webhook"),
        ({"columns": "../etc"}, "columns must be one of"),
        ({"columns": []}, "cannot be sent"),
        ({"format": "exe"}, "format must be one of"),
        ({"often": "day", "time": "25:00"}, "Enter the time of day"),
        ({"often": "week", "weekday": "7"}, "Choose the day"),
    ],
)
def test_what_cannot_be_sent_is_said(values: dict[str, Any], told: str) -> None:
    """Each mistake has its sentence."""
    with pytest.raises(ValueError, match=told):
        plan_of(form(values.pop("segment", "s"), **values), "UTC")


_ANY = st.none() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)


@given(st.lists(_ANY, min_size=len(FORM), max_size=len(FORM)))
@settings(max_examples=200, deadline=None)
def test_any_form_is_read_or_refused(values: list[Any]) -> None:
    """Whatever a browser sends is a plan or a sentence."""
    try:
        plan_of(values, "UTC")
    except ValueError as error:
        assert str(error)


def test_a_plan_is_said_with_its_next_time_and_members(
    shop: Warehouse, facts: ShellFacts, segment: str
) -> None:
    """Where to, when, and how many; nobody and a segment that is gone are said."""
    plan = plan_of(form(segment, often="week", weekday="0", time="13:00"), "UTC")
    empty = create(shop, SEGMENT, name="None", body=segment_body(NOBODY), author=ANNA)

    told = said(plan, saved_segments(), facts, NOON)
    assert "every Monday at 13:00 (UTC)" in told
    assert "First on Mon 5 Jan 2026, 13:00." in told
    assert "customers are in it now." in told
    nobody = said(Plan(empty.id), saved_segments(), facts, NOON)
    assert "Nobody is in this segment now" in nobody
    assert "choose another" in said(Plan("gone"), saved_segments(), facts, NOON)


def test_saved_and_sent_it_is_listed_with_its_outcome(
    shop: Warehouse, facts: ShellFacts, segment: str, work: JobQueue, tmp_path: Path,
    toasts: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One press keeps it, begins a run and says so; when done, its counts are in the log."""
    changed, error, opens, secret = save(segment, monkeypatch, button=Ids.SEND)
    assert (error, opens, secret) == ("", False, "")
    press(monkeypatch, Ids.CHANGED)
    cards, log, digest, rest = page.list_deliveries({}, changed, 0, None)
    text = str(log)
    assert "Waiting to start" in text and "Stop" in text
    assert rest == drawn.QUICK

    (run,) = runs(shop)
    work.run(work.latest(f"run:{run.run_id}").id)  # type: ignore[union-attr]
    press(monkeypatch, Ids.POLL)
    cards, log, after, rest = page.list_deliveries({}, changed, 1, digest)
    assert rest == drawn.SLOW
    assert f"{tmp_path}/out/segment-everybody" in str(log)
    assert "members" in str(cards) and "Everybody to the folder" in str(cards)
    assert page.list_deliveries({}, changed, 2, after)[0] is page.no_update

    save(segment, monkeypatch)
    assert "Everybody to the folder (2)" in str(page.list_deliveries({}, None, 3, "")[0])
    assert any("on its way" in one for one in toasts)


def test_an_empty_segment_is_delivered_and_said(
    shop: Warehouse, work: JobQueue, toasts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has its header only, and the log says why."""
    empty = create(shop, SEGMENT, name="None", body=segment_body(NOBODY), author=ANNA)
    save(empty.id, monkeypatch, button=Ids.SEND)
    work.run(work.latest(f"run:{runs(shop)[0].run_id}").id)  # type: ignore[union-attr]

    (one,) = desk.run_log(shop, work)
    assert "Nobody was in the segment" in run_line(one, "x", "UTC").told


def test_a_webhook_shows_its_secret_once_and_signs_with_it(
    shop: Warehouse, segment: str, work: JobQueue, toasts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Each delivery has a secret of its own, shown when it is made or made anew, never else."""
    with receiver() as there:
        changed, error, opens, secret = save(
            segment, monkeypatch, button=Ids.SEND, to="webhook", url=there.url
        )
        assert (error, opens, len(secret)) == ("", True, 64)
        work.run(work.latest(f"run:{runs(shop)[0].run_id}").id)  # type: ignore[union-attr]
        made = current(shop, ACTIVATION, changed["saved"])
        assert secret == receiver_secret("s" * 40, made.id, 1)
        assert secret not in json.dumps(dict(made.body))
        assert there.genuine(secret)
        assert not there.genuine("s" * 40)

    press(monkeypatch, drawn.do("secret", made.id, made.version))
    _, opens, newer = page.change_delivery([1], "Anna")
    assert opens and len(newer) == 64 and newer != secret
    press(monkeypatch, drawn.do("pause", made.id, made.version + 1))
    assert page.change_delivery([1], "Anna")[1:] == (False, "")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://no-such-host.invalid/x", "no host is known by the name no-such-host.invalid"),
        ("https://192.168.7.7/x", "not a public address"),
    ],
)
def test_a_target_that_cannot_be_reached_is_refused_at_once(
    segment: str, work: JobQueue, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    """Nothing is kept, and the sentence says why."""
    _, error, *_ = save(segment, monkeypatch, to="webhook", url=url)
    assert told in error


def test_a_folder_that_cannot_be_written_to_is_said(
    segment: str, work: JobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands in its place: who can mend it is told what to do."""
    (tmp_path / "out").write_text("")
    _, error, *_ = save(segment, monkeypatch)

    assert "Files cannot be delivered to" in error and "administrator" in error


def test_a_delivery_is_changed_paused_and_removed(
    shop: Warehouse, facts: ShellFacts, segment: str, work: JobQueue, toasts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The form opens with what was kept; paused, nothing is due; removed, it is gone."""
    changed = save(segment, monkeypatch, often="day", time="02:00")[0]
    id_ = changed["saved"]
    press(monkeypatch, drawn.do("edit", id_, 1))
    *values, held, _, hidden = page.fill_form(None, [1], None, None, None)
    assert (held, hidden) == ({"id": id_, "version": 1}, False)
    assert values[FORM.index(Ids.OFTEN)] == "day"
    values[FORM.index(Ids.TIME)] = "03:15"
    press(monkeypatch, Ids.SAVE)
    assert page.save_delivery(1, 1, *values, held, "Ben")[1] == ""
    assert "Ben saved version 2" in page.save_delivery(1, 1, *values, held, "Cleo")[1]

    press(monkeypatch, drawn.do("pause", id_, 2))
    page.change_delivery([1], "Anna")
    (one,) = desk.planned(shop, [], NOON)
    assert one.next_due is None and delivery_card(one, "UTC").paused is True
    press(monkeypatch, drawn.do("resume", id_, 3))
    page.change_delivery([1], "Anna")
    (one,) = desk.planned(shop, [], NOON)
    assert "Next: Tue 6 Jan 2026, 03:15" in delivery_card(one, "UTC").next_run
    press(monkeypatch, drawn.do("archive", id_, 4))
    page.change_delivery([1], "Anna")
    assert desk.planned(shop, [], NOON) == []


def test_runs_are_stopped_continued_and_repeated(
    shop: Warehouse, segment: str, work: JobQueue, toasts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Each button does what it says, and what cannot be done is said."""
    save(segment, monkeypatch, button=Ids.SEND)
    run_id = runs(shop)[0].run_id
    for what, state in (("stop", "stopped"), ("continue", "begun")):
        press(monkeypatch, drawn.act(what, run_id))
        page.change_run([1], "Anna")
        assert runs(shop)[0].state == state
    press(monkeypatch, drawn.act("replay", run_id))
    page.change_run([1], "Anna")
    assert "before its members were found" in toasts[-1]

    work.run(work.latest(f"run:{run_id}").id)  # type: ignore[union-attr]
    page.change_run([1], "Anna")
    assert [run.cause for run in runs(shop)] == ["replay", "by hand"]


@pytest.mark.parametrize(
    "pressed", [None, Ids.SEND, {"type": "delivery-do"}, {"id": 5, "version": "1", "what": "rm"}]
)
def test_forged_buttons_do_nothing(
    shop: Warehouse, work: JobQueue, monkeypatch: pytest.MonkeyPatch, pressed: Any
) -> None:
    """Only what the page offers is done."""
    press(monkeypatch, pressed)

    assert page.change_delivery([1], "Anna")[0] is page.no_update
    assert page.change_run([1], "Anna") is page.no_update
