"""The RFM view's finished views: a report drawn, said in a sentence, laid out as a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.rfm_holdout import Difference, Holdout
from analytics.reports.segments_rfm import (
    Coverage,
    Distribution,
    RfmSegments,
    rfm_distributions,
    rfm_holdout,
    rfm_scores,
    rfm_segments,
    snapshot_time,
)
from analytics.reports.shell import ShellFacts
from callbacks._segments_asked import Asked
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import Statement, recording
from layouts.figures.segment_colours import SEGMENT_NAMES
from layouts.figures.segments import (
    Spread,
    holdout_figure,
    map_figure,
    shares_figure,
    spread_figure,
    treemap_figure,
)
from layouts.format import count, currency_sign, day, exact_money, money, percent
from layouts.views import ChartView, Trust

Build = Callable[..., ChartView]
NAMES = {"recency": "Recency", "frequency": "Frequency", "monetary": "Monetary value"}
_UNITS = {
    "recency": "whole days since the last order",
    "frequency": "orders up to the snapshot",
    "monetary": "revenue up to the snapshot",
}
_HELD, _HELD_IN_PART = 0.8, 0.5
_USUAL_DOUBT = 0.05


def says_why(build: Build) -> Build:
    """Show in the tile why there is too little data, instead of an error."""

    @wraps(build)
    def built(filters: Filters, facts: ShellFacts, asked: Asked, **options: Any) -> ChartView:
        try:
            return build(filters, facts, asked, **options)
        except NotEnoughData as error:
            trust = Trust("rfm_segments", "No snapshot", "", (), (), data_stamp(facts), ())
            return ChartView(None, str(error), pd.DataFrame(), trust, empty=str(error))

    return built


def data_stamp(facts: ShellFacts) -> str:
    """Return how new the data is, in words."""
    return f"Data to {day(facts.data.newest_at.date())}, {facts.data.newest_at:%H:%M}"


def moment(at: datetime) -> str:
    """Return a snapshot in words: a day, with its hour unless it is midnight."""
    return day(at.date()) + ("" if (at.hour, at.minute) == (0, 0) else f", {at:%H:%M}")


def rests_on(
    metric: str,
    at: datetime,
    coverage: Coverage,
    facts: ShellFacts,
    statements: Sequence[Statement],
    compared: str = "",
) -> Trust:
    """Return what a view of a snapshot rests on."""
    left_out = [
        ("Orders that name no customer", coverage.unknown),
        ("Orders placed after the snapshot", coverage.later),
        ("Orders the filters leave out", coverage.filtered),
    ]
    return Trust(
        metric=metric,
        period=f"every order before {moment(at)}",
        compared=compared,
        used=(("Orders", coverage.used),),
        left_out=tuple(pair for pair in left_out if pair[1]),
        data_as_of=data_stamp(facts),
        statements=tuple((one.name, one.text) for one in statements),
    )


def _segments(filters: Filters, facts: ShellFacts, asked: Asked) -> tuple[RfmSegments, Trust, str]:
    with recording() as statements:
        found = rfm_segments(filters, asked.options, asked.map, facts.data)
    scores = found.scores
    trust = rests_on("rfm_segments", scores.snapshot, scores.coverage, facts, statements)
    people = "1 customer" if scores.customers == 1 else f"{count(scores.customers)} customers"
    about = f"{people} as of {moment(scores.snapshot)}"
    return found, trust, about


@says_why
def treemap_view(filters: Filters, facts: ShellFacts, asked: Asked, size: str) -> ChartView:
    """Return the segments as areas of customers or revenue."""
    found, trust, about = _segments(filters, facts, asked)
    table, currency = found.table, facts.data.currency
    best = table.loc[table["revenue_share"].idxmax()]
    answer = (
        f"{SEGMENT_NAMES[best['segment']]}: {percent(best['share'])} of customers, "
        f"{percent(best['revenue_share'])} of revenue"
    )
    return ChartView(
        figure=treemap_figure(table, size, currency),
        answer=f"{answer}. {about}.",
        table=_told(table, asked, currency),
        trust=trust,
        title=answer,
        subtitle=f"{about}. Areas show {'customers' if size == 'customers' else 'revenue'}",
    )


@says_why
def table_view(filters: Filters, facts: ShellFacts, asked: Asked) -> ChartView:
    """Return the ten segments with their figures."""
    found, trust, about = _segments(filters, facts, asked)
    table, currency = found.table, facts.data.currency
    at_risk = float(table["revenue_at_risk"].sum())
    if found.scores.expected is None:
        answer = f"The ten segments: {about}"
    else:
        most = table.loc[table["revenue_at_risk"].idxmax()]
        answer = (
            f"{money(at_risk, currency)} of yearly revenue is at risk, most of it with "
            f"{SEGMENT_NAMES[most['segment']]} ({money(most['revenue_at_risk'], currency)})"
        )
    return ChartView(
        figure=shares_figure(table),
        answer=f"{answer}. {about}.",
        table=_told(table, asked, currency),
        trust=trust,
        title=answer,
        subtitle=f"{about}. Means per customer; expected and at risk for the next "
        f"{asked.options.next_days} days",
    )


def _told(table: pd.DataFrame, asked: Asked, currency: str) -> pd.DataFrame:
    """Return the ten segments as people read them."""
    days = asked.options.next_days

    somebody = table["customers"] > 0  # nobody has no mean

    def means(column: str, told: Callable[[float], str]) -> list[str | None]:
        return [
            told(value) if any_ else None
            for value, any_ in zip(table[column], somebody, strict=True)
        ]

    def amount(value: float) -> str:
        return exact_money(value, currency)

    def short(column: str) -> list[str | None]:
        return [None if math.isnan(value) else money(value, currency) for value in table[column]]

    return pd.DataFrame(
        {
            "Segment": [SEGMENT_NAMES[word] for word in table["segment"]],
            "Customers": table["customers"],
            "Share": [percent(value) for value in table["share"]],
            "Recency, days": means("mean_recency", "{:,.2f}".format),
            "Orders": means("mean_frequency", "{:,.2f}".format),
            "Monetary value": means("mean_monetary", amount),
            "Share of revenue": [percent(value) for value in table["revenue_share"]],
            "Average order": means("average_order_value", amount),
            f"Expected in {days} days": short("expected_revenue"),
            "Revenue at risk": short("revenue_at_risk"),
        }
    )


@says_why
def map_view(filters: Filters, facts: ShellFacts, asked: Asked) -> ChartView:
    """Return the map of 25 cells."""
    found, trust, about = _segments(filters, facts, asked)
    cells = found.grid
    largest = cells.loc[cells["customers"].idxmax()]
    told = pd.DataFrame(
        {
            "Recency score": cells["r"],
            "Frequency score": cells["f"],
            "Segment": [SEGMENT_NAMES[word] for word in cells["segment"]],
            "Customers": cells["customers"],
            "Share": [percent(value) for value in cells["share"]],
            "Mean monetary value": [
                exact_money(value, facts.data.currency) for value in cells["mean_monetary"]
            ],
        }
    )
    answer = (
        f"The largest cell is recency {largest['r']}, frequency {largest['f']} "
        f"({SEGMENT_NAMES[largest['segment']]}): {count(largest['customers'])} customers, "
        f"{percent(largest['share'])} of {about}."
    )
    return ChartView(map_figure(cells), answer, told, trust)


def spread_view(filters: Filters, facts: ShellFacts, asked: Asked, measure: str) -> ChartView:
    """Return how a measure is spread over customers, with the cuts of its scores."""
    return _spread_view(filters, facts, asked, measure=measure)


@says_why
def _spread_view(filters: Filters, facts: ShellFacts, asked: Asked, measure: str) -> ChartView:
    with recording() as statements:
        every = rfm_distributions(filters, asked.options, facts.data)
    scores = rfm_scores(filters, asked.options, facts.data)
    one = next(spread for spread in every if spread.measure == measure)
    currency = facts.data.currency
    even = {"recency": "equal", "frequency": "whole", "monetary": "ratio"}[measure]
    labels = bin_labels(one, currency)
    best_first = measure == "recency"
    low, high = (_value(measure, one.cuts[place], currency) for place in (0, 3))
    best, worst = (f"up to {low}", f"above {high}")
    if not best_first:
        best, worst = worst, best
    answer = f"{NAMES[measure]}: score 5 {best}, score 1 {worst}"
    told = pd.DataFrame({_UNITS[measure].capitalize(): labels, "Customers": one.customers})
    return ChartView(
        figure=spread_figure(
            Spread(one.edges, one.customers, one.cuts, even), labels, best_first=best_first
        ),
        answer=f"{answer}. Cuts: {', '.join(_value(measure, cut, currency) for cut in one.cuts)}.",
        table=told,
        trust=rests_on("rfm_segments", scores.snapshot, scores.coverage, facts, statements),
        title=answer,
        subtitle=f"Customers by {_UNITS[measure]}; the scores stand above",
    )


def _value(measure: str, value: float, currency: str) -> str:
    if measure == "monetary":
        return money(value, currency)
    number = f"{value:,.1f}".removesuffix(".0")
    unit = "day" if measure == "recency" else "order"
    return f"{number} {unit}" + ("" if value == 1 else "s")


def bin_labels(one: Distribution, currency: str) -> list[str]:
    """Return each bin in words: `10 – 19`, `5`, `£100 – £150`, `20 and more`."""
    labels = []
    for low, high in zip(one.edges[:-1], one.edges[1:], strict=True):
        if one.measure == "monetary":
            sign = currency_sign(currency)
            from_ = f"{sign}{_plain(low)}"
            labels.append(
                f"{from_} – {sign}{_plain(high)}" if math.isfinite(high) else f"{from_} and more"
            )
        elif not math.isfinite(high):
            labels.append(f"{low:,.0f} and more")
        elif high - low <= 1:
            labels.append(f"{low:,.0f}")
        else:
            labels.append(f"{low:,.0f} – {high - 1:,.0f}")
    return labels


def _plain(value: float) -> str:
    return f"{value / 1000:g}k" if abs(value) >= 1000 else f"{value:g}"


@says_why
def holdout_view(filters: Filters, facts: ShellFacts, asked: Asked) -> ChartView:
    """Return what each segment of an earlier snapshot did afterwards."""
    with recording() as statements:
        found = rfm_holdout(filters, asked.options, asked.map, facts.data)
    scores = rfm_scores(filters, asked.options, facts.data)
    at = snapshot_time(facts.data, asked.options.snapshot)
    days, currency = asked.options.next_days, facts.data.currency
    table = found.table
    told = pd.DataFrame(
        {
            "Segment then": [SEGMENT_NAMES[word] for word in table["segment"]],
            "Customers": table["customers"],
            "Bought again": table["buyers"],
            "Share that bought": [percent(value) for value in table["buyer_share"]],
            "Revenue": [exact_money(value, currency) for value in table["revenue"]],
            "Revenue per customer": [
                exact_money(value, currency) for value in table["revenue_per_customer"]
            ],
            "Share of revenue": [percent(value) for value in table["revenue_share"]],
        }
    )
    title = holdout_in_words(found, days)
    doubts = " ".join(
        sentence
        for sentence in (
            difference_in_words("Buying again", "chi-square", found.buying),
            difference_in_words("Spend", "Kruskal-Wallis", found.spending),
        )
        if sentence
    )
    best = (
        ""
        if math.isnan(found.best_tenth)
        else f"The best-scored tenth of customers brought {percent(found.best_tenth)} of it. "
    )
    about = (
        f"Spend per customer and share that bought in the {days} days to {moment(at)}, "
        "by the segment before them. "
    )
    return ChartView(
        figure=holdout_figure(table, currency),
        answer=f"{title}. {best}{doubts}",
        table=told,
        trust=rests_on("rfm_holdout", at, scores.coverage, facts, statements),
        title=title,
        subtitle=f"{about}{best}{doubts}",
    )


def holdout_in_words(found: Holdout, days: int) -> str:
    """Return whether better segments spent more, in one sentence without its full stop."""
    agreement = found.rank_agreement
    if math.isnan(agreement):
        return "Too few segments have customers to say whether the ranking held"
    if agreement >= _HELD:
        verdict = "The ranking held: better segments spent more"
    elif agreement >= _HELD_IN_PART:
        verdict = "The ranking held in part: better segments mostly spent more"
    else:
        verdict = "The ranking did not hold: better segments did not spend more"
    return f"{verdict} in the following {days} days (agreement {agreement:.2f} of 1)"


def difference_in_words(what: str, test: str, found: Difference | None) -> str:
    """Return whether segments differ beyond chance; empty when it cannot be said."""
    if found is None:
        return ""
    chance = "p < 0.001" if found.p_value < 0.001 else f"p = {found.p_value:.3f}"
    verdict = "differs" if found.p_value < _USUAL_DOUBT else "does not differ"
    size = "large" if found.effect >= 0.3 else "medium" if found.effect >= 0.1 else "small"
    return (
        f"{what} {verdict} between segments beyond chance "
        f"({test}, {chance}; {size} effect, {found.effect:.2f})."
    )
