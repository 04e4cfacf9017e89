"""When an activation is due: every day or one day of the week, at an hour of a time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    A time of day that comes again.

    An hour that the clocks skip in spring comes as much later as they skip; an
    hour that comes twice in autumn counts the first time.

    Attributes:
        hour, minute: Wall-clock time in `time_zone`.
        weekday: 0 for Monday to 6; None for every day.
        time_zone: IANA name.
    """

    hour: int
    minute: int = 0
    weekday: int | None = None
    time_zone: str = "UTC"

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """
        Return the schedule of a stored activation.

        Raises:
            ValueError: It is none; the sentence says why.
        """
        if not set(stored) <= {"hour", "minute", "weekday", "time_zone"} or "hour" not in stored:
            raise ValueError("its schedule needs an hour.")
        made = cls(**stored)
        _whole(made.hour, 0, 23, "hour")
        _whole(made.minute, 0, 59, "minute")
        if made.weekday is not None:
            _whole(made.weekday, 0, 6, "weekday")
        try:
            ZoneInfo(made.time_zone)
        except (OSError, ValueError, LookupError, TypeError):
            raise ValueError("its time zone is not known.") from None
        return made

    def to_dict(self) -> dict[str, Any]:
        """Return it as stored."""
        return asdict(self)

    def next_due(self, after: datetime) -> datetime:
        """Return the first time it is due later than `after`, UTC."""
        day = after.astimezone(ZoneInfo(self.time_zone)).date() - timedelta(days=1)
        while (due := self._on(day)) is None or due <= after:
            day += timedelta(days=1)
        return due

    def latest_due(self, now: datetime) -> datetime:
        """Return the last time it was due, `now` included, UTC."""
        day = now.astimezone(ZoneInfo(self.time_zone)).date() + timedelta(days=1)
        while (due := self._on(day)) is None or due > now:
            day -= timedelta(days=1)
        return due

    @property
    def in_words(self) -> str:
        """The schedule as a sentence says it: "every Monday at 06:30 (Europe/Berlin)"."""
        day = "night" if self.weekday is None and self.hour < 5 else "day"
        often = day if self.weekday is None else WEEKDAYS[self.weekday]
        return f"every {often} at {self.hour:02d}:{self.minute:02d} ({self.time_zone})"

    def _on(self, day: Any) -> datetime | None:
        if self.weekday is not None and day.weekday() != self.weekday:
            return None
        wall = datetime.combine(day, time(self.hour, self.minute), ZoneInfo(self.time_zone))
        return wall.astimezone(UTC)


def _whole(value: Any, low: int, high: int, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"its {name} must be a whole number from {low} to {high}.")
