"""
Browser JSON in, typed values out.

Everything here comes from outside: an address somebody edited, a store
somebody forged. What cannot be used falls back to the default, with words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from analytics.reports.shell import ShellFacts
from clickhouse_schema.asking import Asking
from clickhouse_schema.filters import Compare, Filters

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_SEGMENT = re.compile(r"^[a-z0-9_-]{1,64}\Z")
_EARLIEST, _LATEST = date(1971, 1, 1), date(2105, 12, 31)  # what a warehouse DateTime can hold
_MOST_VALUES = 500
_LONGEST_VALUE = 200
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Question:
    """
    What a tile is asked.

    Attributes:
        filters: The slice of data, not yet narrowed to a segment.
        segment: Word of the segment to narrow it to, which there may not be; empty for none.
        asking: Who asks; None if the browser did not say so properly.
        mended: What was wrong with the request, in words; empty if nothing.
    """

    filters: Filters
    segment: str
    asking: Asking | None
    mended: tuple[str, ...]


def read_question(raw: Any, view: str, facts: ShellFacts) -> Question:
    """Return the question a gate store carries, whatever it carries."""
    held = raw if isinstance(raw, dict) else {}
    filters, mended = read_filters(held.get("filters"), facts)
    segment, unusable = _read_segment(held.get("filters"))
    return Question(filters, segment, _read_asking(held, view), (*mended, *unusable))


def read_filters(raw: Any, facts: ShellFacts) -> tuple[Filters, tuple[str, ...]]:
    """Return usable filters, and in words what had to be left out of `raw`."""
    held = raw if isinstance(raw, dict) else {}
    default = facts.default_filters()
    mended: list[str] = []
    start, end = read_day(held.get("start")), read_day(held.get("end"))
    if start is None or end is None or end <= start:
        mended.append("The dates could not be read; the usual period is shown.")
        start, end = default.start, default.end
    compare = held.get("compare", default.compare)
    if compare not in get_args(Compare):
        mended.append("The comparison is not one there is; the previous period is used.")
        compare = default.compare
    names = {}
    for field in ("countries", "channels", "categories"):
        names[field], unusable = _read_names(held.get(field))
        if unusable:
            mended.append(f"Some {field} could not be read and were left out.")
    filters = Filters(
        start=start,
        end=end,
        countries=names["countries"],
        channels=names["channels"],
        categories=names["categories"],
        known_only=held.get("known_only") is True,
        compare=compare,
    )
    return filters, tuple(mended)


def read_day(raw: Any) -> date | None:
    """Return a day a warehouse can hold; None for anything else."""
    if not isinstance(raw, str) or not _DAY.match(raw):
        return None
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None


def _read_names(raw: Any) -> tuple[tuple[str, ...], bool]:
    if raw is None:
        return (), False
    if not isinstance(raw, list):
        return (), True
    usable = {
        name
        for name in raw[:_MOST_VALUES]
        if isinstance(name, str) and len(name) <= _LONGEST_VALUE and _is_text(name)
    }
    return tuple(sorted(usable)), len(usable) < len(set(map(repr, raw)))


def _read_segment(raw: Any) -> tuple[str, tuple[str, ...]]:
    given = raw.get("segment") if isinstance(raw, dict) else None
    if given is None or given == "":
        return "", ()
    if isinstance(given, str) and _SEGMENT.match(given):
        return given, ()
    return "", ("The segment could not be read; all customers are shown.",)


def _is_text(name: str) -> bool:
    """Return whether it is text that can be sent on: no lone surrogates, no NUL."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in name


def _read_asking(held: dict[str, Any], view: str) -> Asking | None:
    reader, number = held.get("reader"), held.get("number")
    if not isinstance(reader, str) or type(number) is not int:
        return None
    if not 0 <= number < _LARGEST_NUMBER:
        return None
    try:
        return Asking(reader, view, number)
    except ValueError:
        return None
