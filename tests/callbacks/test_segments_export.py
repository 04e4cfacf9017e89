"""Files of the builder: streamed as they are fetched, or made in the background and followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analytics.activation.settings import DeliverySettings, use_delivery_settings
from analytics.jobs import Job, JobQueue, use_queue
from callbacks import segments_export as page
from clickhouse_schema.client import Warehouse
from layouts.segments_builder import Ids

EVERYBODY = {"rule": {"mode": "all", "negated": False, "parts": []}}


@pytest.fixture
def work(shop: Warehouse, tmp_path: Path) -> Iterator[JobQueue]:
    """A queue whose jobs are run by hand."""
    use_delivery_settings(DeliverySettings(tmp_path / "out", tmp_path / "exports"))
    opened = JobQueue(tmp_path)
    use_queue(opened)
    yield opened
    use_queue(None)
    use_delivery_settings(None)


def ask(button: str, monkeypatch: pytest.MonkeyPatch, answered: Any = EVERYBODY) -> Any:
    """Press a button above the table of members."""
    pressed = SimpleNamespace(triggered_id=button, triggered=[{"value": 1}])
    monkeypatch.setattr(page, "ctx", pressed)
    return page.begin_export(1, 1, 1, "generic", answered, {"name": "My segment"})


def test_a_stream_is_fetched_at_once(work: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV and a small workbook are noted, not queued, and the browser is told to fetch them."""
    for button in (Ids.CSV, Ids.EXCEL, Ids.PARQUET):
        held, _, hidden = ask(button, monkeypatch)
        said, _, sleeps, _, again, _, stop, ready = page.follow_export(held, 0)
        assert (hidden, sleeps, again, stop) == (False, False, True, False)
        assert ready == held and said == "Preparing the file …"
        assert work.find(held["job"]).kind == "stream_members"  # type: ignore[union-attr]
    assert work.huey.pending_count() == 0


def test_a_large_workbook_is_made_first(work: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is followed, survives a reload, and is fetched only when it is done."""
    monkeypatch.setattr(page, "JOB_ROWS", 1)
    held, *_ = ask(Ids.EXCEL, monkeypatch)
    assert page.follow_export(held, 0)[-1] is page.no_update
    assert work.huey.pending_count() == 1
    work.run(held["job"])
    said, hidden, sleeps, href, again, bar, stop, ready = page.follow_export(held, 1)

    assert said.startswith("The file is ready: ")
    assert (hidden, sleeps, again, stop) == (False, True, False, True)
    assert href == f"/downloads/export/{held['job']}" and ready == held
    assert bar == {"width": "100%"}


def test_it_can_be_stopped(work: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped job says so and leaves no file."""
    monkeypatch.setattr(page, "JOB_ROWS", 1)
    held, *_ = ask(Ids.EXCEL, monkeypatch)
    page.stop_export(1, held)
    work.run(held["job"])

    assert page.follow_export(held, 1)[0] == "Stopped. No file was kept."


@pytest.mark.parametrize(
    ("state", "answer", "told"),
    [
        ("done", {"rows": 1_048_575, "members": 2_000_000}, "951,425 of 2,000,000 members are not"),
        ("failed", None, "could not be made: No room."),
        ("running", None, "You can go on working"),
    ],
)
def test_how_a_file_stands_is_said(state: Any, answer: Any, told: str) -> None:
    """Beyond the rows of a sheet the reader is told how many are missing and what to take."""
    job = Job("0" * 16, "export_members", "reader", {}, state, answer=answer, error="No room.")

    assert told in page.told(job)


@pytest.mark.parametrize("held", [None, "x", {}, {"job": 5}, {"job": "../../etc"}, {"job": ["a"]}])
def test_what_is_forged_shows_nothing(work: JobQueue, held: Any) -> None:
    """A store that names no export is as an empty one; other jobs are not shown."""
    assert page.follow_export(held, 0)[1] is True
    page.stop_export(1, held)


def test_a_rule_that_is_none_is_said(work: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is promised."""
    monkeypatch.setattr("callbacks._errors.notify", lambda *_, **__: None)
    _, said, hidden = ask(Ids.CSV, monkeypatch, {"rule": {"sql": "SELECT 1"}})

    assert "Reference" in said and hidden is False
