"""What a view says of itself: period, rows used and left out, the SQL that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from analytics.reports._slice import Slice
from analytics.reports.overview_trust import LinesUsed
from analytics.reports.shell import ShellFacts
from clickhouse_schema.filters import ChosenSegment
from clickhouse_schema.recording import Statement
from layouts.format import day, period
from layouts.views import Trust
from layouts.words import Comparison, comparison

Rests = Literal["sales", "customers", "products"]


def compared_with(view: Slice) -> Comparison | None:
    """Return in words what a slice is compared with; None when with nothing."""
    if view.before is None:
        return None
    return comparison(view.now.start, view.now.end, view.before.start, view.before.end)


def trust_of(
    metric: str,
    view: Slice,
    lines: LinesUsed,
    facts: ShellFacts,
    statements: Sequence[Statement],
    *,
    rests_on: Rests = "sales",
    everybody: LinesUsed | None = None,
) -> Trust:
    """
    Return what a view rests on.

    Args:
        metric: Key of its definition.
        view: The slice it shows.
        lines: Of that slice.
        facts: Of the data.
        statements: What was run to make it.
        rests_on: Which lines: all sales, those of known customers, those of products.
        everybody: Lines of the same slice of all customers, when a segment is chosen.
    """
    known_only = rests_on == "customers" or view.now.known_only
    segment = view.now.segment
    used = lines.sales + (0 if known_only else lines.unknown_sales)
    left_out = [
        ("Cancelled or returned lines", lines.returns),
        ("Lines without a price, stock corrections", lines.others),
    ]
    if segment is not None and everybody is not None:
        others = everybody.sales - lines.sales
        left_out.append((f"Sale lines of customers outside “{segment.name}”", others))
        left_out.append(("Sale lines that name no customer", everybody.unknown_sales))
    elif known_only:
        left_out.append(("Sale lines that name no customer", lines.unknown_sales))
    before = compared_with(view)
    return Trust(
        metric=metric,
        period=period(view.now.start, view.now.end),
        compared=f"{before.long} ({before.days})" if before else "",
        narrowed="" if segment is None else narrowed_in_words(segment, compared=before is not None),
        used=(("Sale lines", used),),
        left_out=tuple(pair for pair in left_out if pair[1]),
        data_as_of=f"Data to {day(facts.data.newest_at.date())}, {facts.data.newest_at:%H:%M}",
        statements=tuple((one.name, one.text) for one in statements),
    )


def narrowed_in_words(segment: ChosenSegment, *, compared: bool) -> str:
    """Return who is in the chosen segment, and as of when."""
    both = " They are the same customers in both periods." if compared else ""
    return (
        f"The {segment.customers:,} customers in the segment “{segment.name}” as of "
        f"{day(segment.as_of.date())}, judged by all of their orders.{both}"
    )
