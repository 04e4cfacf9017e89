"""Growth: drawn at once when it is quick, else a job that is followed and joined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from analytics.jobs import JobQueue, use_queue
from analytics.saved_segments import SEGMENT, segment_body
from callbacks import segments_growth as page
from clickhouse_schema.client import Warehouse
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import EVERYBODY
from layouts.segments_saved import Ids


@pytest.fixture
def work(shop: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobQueue]:
    """A queue whose jobs are run by hand, and a page whose choice was just made."""
    opened = JobQueue(tmp_path)
    use_queue(opened)
    chosen = SimpleNamespace(triggered_id=Ids.GROWN)
    monkeypatch.setattr(page, "ctx", chosen)
    yield opened
    use_queue(None)


@pytest.fixture
def segment(shop: Warehouse) -> Iterator[str]:
    """A kept segment of everybody."""
    shop.command("TRUNCATE TABLE made")
    body = segment_body(EVERYBODY)
    yield create(shop, SEGMENT, name="Everybody", body=body, author=Author("Anna")).id
    shop.command("TRUNCATE TABLE made")


def test_what_is_quick_is_drawn_at_once(
    work: JobQueue, segment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No job is made of it."""
    monkeypatch.setattr(page, "_AT_ONCE", 60.0)
    view, job = page.draw_growth(segment, {}, None, None)

    assert job is None and view["figure"]
    assert work.huey.pending_count() == 0


def test_what_takes_long_is_a_job(
    work: JobQueue, segment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader follows it, a second one joins it, and what it found is drawn without waiting."""
    monkeypatch.setattr(page, "_AT_ONCE", -1.0)
    monkeypatch.setattr("analytics.reports._cache.cache.get", lambda _: None)
    view, held = page.draw_growth(segment, {}, None, None)
    assert view is page.no_update
    assert page.draw_growth(segment, {}, None, None)[1] == held
    hidden, sleeps, *_ = page.follow_growth(held, 0)
    assert (hidden, sleeps) == (False, False)

    work.run(held["job"])
    assert page.follow_growth(held, 1)[-1] == held
    monkeypatch.setattr(page, "ctx", SimpleNamespace(triggered_id=Ids.GROWTH_DONE))
    view, job = page.draw_growth(segment, {}, None, held)
    assert view["figure"] and job is None


def test_a_named_segment_of_rfm_grows_too(
    work: JobQueue, shop: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once or as a job: it needs no saving."""
    monkeypatch.setattr(page, "_AT_ONCE", -1.0)
    _, held = page.draw_growth("rfm-champions", {}, None, None)
    work.run(held["job"])
    assert page.follow_growth(held, 1)[-1] == held
    monkeypatch.setattr(page, "_AT_ONCE", 60.0)

    view, _ = page.draw_growth("rfm-champions", {}, None, None)

    assert "Champions" in view["title"]


def test_it_can_be_stopped(work: JobQueue, segment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at the next month, and the reader is told."""
    monkeypatch.setattr(page, "_AT_ONCE", -1.0)
    _, held = page.draw_growth(segment, {}, None, None)
    page.stop_growth(1, held)
    work.run(held["job"])

    assert page.follow_growth(held, 1)[2].startswith("Stopped.")


@pytest.mark.parametrize("held", [None, 5, {"job": "x"}, {"job": None}])
def test_what_is_forged_is_quiet(work: JobQueue, held: object) -> None:
    """A store that names no such job shows nothing."""
    assert page.follow_growth(held, 0)[0] is True
