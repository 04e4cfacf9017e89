"""What is to be sent where and when: the body of a stored activation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from analytics.activation.addresses import webhook_url
from analytics.activation.schedule import Schedule
from analytics.exports.files import FORMATS
from analytics.exports.layouts import LAYOUTS
from clickhouse_schema.made.things import Body, Kind

MOST_PER_BATCH = 10_000
MOST_SECRETS = 1_000_000
_SEGMENT = re.compile(r"^[a-z0-9][a-z0-9_-]{0,63}$")
_KEYS = {
    "segment", "segment_version", "layout", "to", "format", "url", "batch_size", "schedule",
    "paused", "secret_no",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One activation.

    Attributes:
        segment: Id of the segment.
        segment_version: Which version of it; 0 for the newest at each run.
        layout: Columns; key of `LAYOUTS`.
        to: A file in the folder, or a webhook.
        format: Of the file; key of `FORMATS`.
        url: Of the webhook.
        batch_size: Members in one post.
        schedule: When; None for by hand only.
        paused: Whether the schedule is left aside for now.
        secret_no: Which secret its posts are signed with; a new one is the next number.
    """

    segment: str
    segment_version: int = 0
    layout: str = "generic"
    to: Literal["folder", "webhook"] = "folder"
    format: str = "csv"
    url: str = ""
    batch_size: int = 1_000
    schedule: Schedule | None = None
    paused: bool = False
    secret_no: int = 1

    @classmethod
    def of(cls, body: Body) -> Self:
        """
        Return the plan of a stored activation.

        Raises:
            ValueError: It cannot be carried out; the sentence says why.
        """
        if not isinstance(body, Mapping) or not set(body) <= _KEYS:
            raise ValueError("it has parts that no activation has.")
        given = {"segment": "", **body}
        schedule = given.pop("schedule", None)
        plan = cls(**given, schedule=None if schedule is None else Schedule.of(schedule))
        plan._check()
        return plan

    def to_dict(self) -> dict[str, Any]:
        """Return it as stored."""
        return {
            "segment": self.segment,
            "segment_version": self.segment_version,
            "layout": self.layout,
            "to": self.to,
            "format": self.format,
            "url": self.url,
            "batch_size": self.batch_size,
            "schedule": None if self.schedule is None else self.schedule.to_dict(),
            "paused": self.paused,
            "secret_no": self.secret_no,
        }

    @property
    def in_words(self) -> str:
        """The plan as a sentence: "As CSV (Klaviyo) to the folder, every day at 06:00 (UTC)."."""
        layout = LAYOUTS[self.layout].label
        way = (
            f"As {self.format.upper() if self.format == 'csv' else self.format} ({layout}) to the "
            "folder"
            if self.to == "folder"
            else f"To {webhook_url(self.url).place} ({layout}), {self.batch_size:,} at a time"
        )
        when = self.schedule.in_words if self.schedule else "by hand only"
        return f"{way}, {when}{' (paused)' if self.schedule and self.paused else ''}."

    def _check(self) -> None:
        if not isinstance(self.segment, str) or not _SEGMENT.match(self.segment):
            raise ValueError("it names no segment.")
        if type(self.segment_version) is not int or self.segment_version < 0:
            raise ValueError("its segment's version must be a whole number.")
        if self.layout not in LAYOUTS:
            raise ValueError(f"its columns must be one of {', '.join(LAYOUTS)}.")
        if self.to not in {"folder", "webhook"}:
            raise ValueError("it must go to the folder or to a webhook.")
        if self.format not in FORMATS:
            raise ValueError(f"its format must be one of {', '.join(FORMATS)}.")
        if type(self.batch_size) is not int or not 1 <= self.batch_size <= MOST_PER_BATCH:
            raise ValueError(f"a batch must have from 1 to {MOST_PER_BATCH:,} members.")
        if not isinstance(self.url, str) or (self.to == "webhook" and not self.url):
            raise ValueError("its webhook has no address.")
        if self.to == "webhook":
            webhook_url(self.url)
        if not isinstance(self.paused, bool):
            raise ValueError("it is paused or not.")
        if type(self.secret_no) is not int or not 1 <= self.secret_no <= MOST_SECRETS:
            raise ValueError("its secret has no such number.")


def _check(body: Body) -> None:
    Plan.of(body)


def _differences(old: Body, new: Body) -> list[str]:
    before, after = Plan.of(old), Plan.of(new)
    told = []
    if before.in_words != after.in_words:
        told.append(f"{before.in_words} → {after.in_words}")
    if before.segment != after.segment:
        told.append("It is for another segment.")
    if before.segment_version != after.segment_version:
        told.append(
            f"Now for version {after.segment_version} of the segment."
            if after.segment_version
            else "Now for the newest version of the segment at each run."
        )
    if before.secret_no != after.secret_no:
        told.append("It has a new secret.")
    return told or ([] if before == after else ["The address has changed."])


ACTIVATION = Kind("activation", "delivery", check=_check, differences=_differences)
