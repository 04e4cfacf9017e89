"""Who moved between segments, drawn and told."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analytics.reports.segments_rfm import Moved, rfm_movements, rfm_scores, snapshot_time
from analytics.reports.shell import ShellFacts
from callbacks._segments_asked import Asked
from callbacks._segments_views import moment, rests_on, says_why
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import recording
from layouts.figures.segment_colours import NOT_YET, NOT_YET_NAME, SEGMENT_NAMES
from layouts.figures.segments_movement import movement_figure
from layouts.format import count, day, exact_money, money, percent
from layouts.views import ChartView

USUAL_DAYS = 90
_NAMES = {**SEGMENT_NAMES, NOT_YET: NOT_YET_NAME}


@says_why
def movement_view(
    filters: Filters,
    facts: ShellFacts,
    asked: Asked,
    earlier: date | None,
    value: str,
    left: str = "champions",
) -> ChartView:
    """Return who went from which segment to which, in customers or in money."""
    since = earlier or usual_earlier(facts, asked)
    with recording() as statements:
        moved = rfm_movements(filters, asked.options, since, asked.map, facts.data)
    scores = rfm_scores(filters, asked.options, facts.data)
    currency = facts.data.currency
    told = pd.DataFrame(
        {
            f"On {day(since)}": [_NAMES[word] for word in moved.table["before"]],
            f"On {day(moved.later.date())}": [_NAMES[word] for word in moved.table["now"]],
            "Customers": moved.table["customers"],
            "Worth a year before": [exact_money(one, currency) for one in moved.table["worth"]],
            "Revenue since": [exact_money(one, currency) for one in moved.table["since"]],
        }
    )
    title, sentence = left_in_words(moved, left, currency)
    kind = (
        "customers"
        if value == "customers"
        else "revenue in the twelve months before the earlier day"
    )
    compared = f"every order before {moment(moved.earlier)}"
    nothing = "" if (moved.table[value] > 0).any() else (
        "Nobody had bought anything in the twelve months before the earlier day."
    )  # fmt: skip
    return ChartView(
        figure=None if nothing else movement_figure(moved.table, value, currency),
        answer=nothing or f"{title}. {sentence}",
        table=told,
        trust=rests_on("rfm_movement", moved.later, scores.coverage, facts, statements, compared),
        title=title,
        subtitle=f"{sentence} {day(since)} on the left, {day(moved.later.date())} on the right; "
        f"bands show {kind}",
        empty=nothing,
    )


def usual_earlier(facts: ShellFacts, asked: Asked) -> date:
    """Return the day 90 days before the snapshot, or half-way if that is before all orders."""
    last = snapshot_time(facts.data, asked.options.snapshot).date()
    first = facts.data.first_day
    usual = last - timedelta(days=USUAL_DAYS)
    return usual if usual > first else first + (last - first) / 2


def left_in_words(moved: Moved, segment: str, currency: str) -> tuple[str, str]:
    """Return who left a segment and what they were worth: a title, and where they went."""
    name = SEGMENT_NAMES[segment]
    were = moved.table[moved.table["before"] == segment]
    gone = moved.left(segment)
    everybody, left = int(were["customers"].sum()), int(gone["customers"].sum())
    if not everybody:
        return f"Nobody was in {name} then", ""
    if not left:
        return f"All {count(everybody)} stayed in {name}", ""
    worth = float(gone["worth"].sum())
    most = gone.sort_values("customers", ascending=False).iloc[0]
    title = (
        f"{count(left)} of {count(everybody)} left {name} ({percent(left / everybody)}), "
        f"worth {money(worth, currency)} a year"
    )
    return title, f"Most of them are now {_NAMES[most['now']]} ({count(most['customers'])})."
