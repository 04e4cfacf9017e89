"""What the RFM view is asked, as the browser sends it: checked, typed, hashable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.models.rfm import DEFAULT_MAP, SegmentMap
from analytics.reports.segments_rfm import RfmOptions
from callbacks._inputs import read_day
from clickhouse_schema.scoring import Cuts

MEASURES = ("recency", "frequency", "monetary")
NEXT_DAYS = (30, 60, 90, 180, 365)
USUAL_NEXT = 90
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """
    How customers are to be scored and named.

    Attributes:
        options: Snapshot, returns, cuts.
        map: The names of the cells, painted or kept.
    """

    options: RfmOptions
    map: SegmentMap


def read_asked(raw: Any) -> Asked:
    """
    Return what the view's store holds; what cannot be used falls back to the default.

    Args:
        raw: `{"snapshot", "returns", "next", "cuts", "rows"}`; no snapshot: the usual one.
    """
    held = raw if isinstance(raw, dict) else {}
    options = RfmOptions(
        snapshot=read_day(held.get("snapshot")),
        net_of_returns=held.get("returns") == "net",
        cuts=read_cuts(held.get("cuts")),
        next_days=read_next(held.get("next")),
    )
    return Asked(options, read_map(held.get("rows")))


def read_next(raw: Any) -> int:
    """Return the days of the next period, as a word of the switch says; 90 for what is none."""
    days = int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else 0
    return days if days in NEXT_DAYS else USUAL_NEXT


def read_map(raw: Any) -> SegmentMap:
    """Return the map, or the usual one for what is none."""
    try:
        return SegmentMap.from_list(raw)
    except ValueError:
        return DEFAULT_MAP


def read_cuts(raw: Any) -> Cuts | None:
    """Return business cuts; None for what are none."""
    if not isinstance(raw, dict) or set(raw) != set(MEASURES):
        return None
    if not all(isinstance(values, list) for values in raw.values()):
        return None
    try:
        return Cuts(**{measure: tuple(raw[measure]) for measure in MEASURES})
    except (ValueError, OverflowError):
        return None


def typed_cuts(texts: dict[str, str | None]) -> Cuts:
    """
    Return the cuts a reader typed.

    Args:
        texts: Measure -> four numbers with commas, semicolons or spaces between.

    Raises:
        ValueError: They cannot be used; the sentence says what to do.
    """
    found = {}
    for measure in MEASURES:
        text = (texts.get(measure) or "")[:_MOST_TEXT]
        parts = text.replace(";", " ").replace(",", " ").split()
        numbers = [_number(part, measure) for part in parts]
        if len(numbers) != 4:
            raise ValueError(
                f"{measure.capitalize()} needs four values, such as 10, 20, 40, 80; "
                f"{len(numbers) or 'none'} {'is' if len(numbers) == 1 else 'are'} given."
            )
        found[measure] = tuple(numbers)
    return Cuts(**found)


def _number(text: str, measure: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"“{text[:20]}” is not a number. Write the four cuts of {measure} as 10, 20, 40, 80."
        ) from None
