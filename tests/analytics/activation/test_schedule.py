"""A schedule comes once each day it should, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.activation.schedule import Schedule

NIGHTLY = Schedule(2, 30, time_zone="Europe/Berlin")


def utc(text: str) -> datetime:
    """Return a moment, given in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-01-10 00:00", "2026-01-10 01:30"),
        ("2026-01-10 01:30", "2026-01-11 01:30"),
        ("2026-07-10 00:29:59", "2026-07-10 00:30"),
        # 29 March: half past two does not exist; it comes an hour later, and once.
        ("2026-03-28 12:00", "2026-03-29 01:30"),
        ("2026-03-29 01:30", "2026-03-30 00:30"),
        # 25 October: half past two comes twice; the first counts.
        ("2026-10-24 12:00", "2026-10-25 00:30"),
        ("2026-10-25 00:30", "2026-10-26 01:30"),
    ],
)
def test_every_night_through_the_changes_of_the_clocks(after, due):
    """Wall-clock time is kept in winter and summer; a skipped hour is not a skipped night."""
    assert NIGHTLY.next_due(utc(after)) == utc(due)
    assert NIGHTLY.latest_due(utc(due)) == utc(due)
    assert NIGHTLY.latest_due(utc(due) - timedelta(seconds=1)) < utc(due)


def test_a_weekday_is_the_zone_s_own():
    """Monday morning in Auckland is Sunday evening in UTC."""
    weekly = Schedule(6, weekday=0, time_zone="Pacific/Auckland")

    due = weekly.next_due(utc("2026-11-20 00:00"))

    assert due == utc("2026-11-22 17:00")
    assert weekly.next_due(due) - due == timedelta(days=7)
    assert weekly.in_words == "every Monday at 06:00 (Pacific/Auckland)"


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    weekday=st.none() | st.integers(0, 6),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
)
def test_what_is_due_next_is_what_was_due_last(hour, minute, weekday, zone, moment):
    """No time is due twice or left out: the next after one is the latest just then."""
    schedule = Schedule(hour, minute, weekday, zone)
    now = moment.replace(tzinfo=UTC)
    due = schedule.next_due(now)

    assert due > now
    assert schedule.latest_due(due) == due
    assert schedule.latest_due(due - timedelta(seconds=1)) <= now
    assert due - now <= timedelta(days=8)
    if weekday is not None:
        assert due.astimezone(ZoneInfo(zone)).weekday() == weekday


@pytest.mark.parametrize(
    "stored",
    [{}, {"hour": 24}, {"hour": -1}, {"hour": "2"}, {"hour": True}, {"hour": 2, "minute": 60},
     {"hour": 2, "weekday": 7}, {"hour": 2, "time_zone": "Mars/Base"},
     {"hour": 2, "time_zone": "../../etc/passwd"}, {"hour": 2, "time_zone": 3},
     {"hour": 2, "cron": "*"}],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(stored):
    """Hours, days and zones are checked before anything is stored."""
    with pytest.raises(ValueError, match="its"):
        Schedule.of(stored)


def test_a_schedule_survives_being_stored():
    """What was stored is read back."""
    assert Schedule.of(NIGHTLY.to_dict()) == NIGHTLY
