"""What an experiment came to, in words, figures and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from analytics.experiment_kinds import EXPERIMENT, Experiment
from analytics.experiment_plans import describe_offer
from analytics.experiments import segment_name
from analytics.models.experiment_tests import Estimate
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments_measure import Comparison, Measured
from analytics.reports.experiments_plan import Balance
from analytics.reports.shell import ShellFacts
from callbacks._experiments_views import kept_together, trust_of
from clickhouse_schema.made.differences import difference, what_was_done
from clickhouse_schema.made.reading import history
from clickhouse_schema.recording import Statement
from layouts.cards import Number
from layouts.experiments_page import PARTS_SUBTITLE, Change, Line
from layouts.figures.experiments import Interval, lifts_figure, signed_percent
from layouts.format import count, day, money, percent, period, signed_money
from layouts.views import ChartView
from layouts.words import joined

_RATES = {"conversion", "visits"}
_MONEY = {"revenue", "margin"}


def about(one: Experiment, facts: ShellFacts) -> str:
    """Return who, what, when and what was hoped for, in a few sentences."""
    plan, run, promise = one.plan, one.run, one.promise
    said = (
        f"{describe_offer(plan)} for {segment_name(warehouse(), plan.segment)}, "
        f"{plan.days // 7} weeks, {percent(plan.control)} held back as {plan.arms[0]}."
    )
    if run is not None:
        sizes = joined(
            [f"{count(size)} {name}" for name, size in zip(plan.arms, run.customers, strict=True)]
        )
        until = "" if not run.end else f", stopped on {day(date.fromisoformat(run.end))}"
        said += f" Running since {day(run.start)}{until}: {sizes}."
        if run.taken or run.held:
            said += (
                f" Kept out: {count(run.taken)} in other experiments, {count(run.held)} held back "
                "from all."
            )
    if promise is not None:
        said += (
            f" Planned: {signed_percent(promise.lift)} ({signed_percent(promise.low)} to "
            f"{signed_percent(promise.high)}), profit "
            f"{signed_money(promise.profit, facts.data.currency)}. {plan.basis}."
        )
    return said


def verdict_words(one: Experiment, found: Measured, facts: ShellFacts) -> str:
    """Return the answer first: did it work, is that sure, did it beat the plan."""
    if found.ratio.alarm:
        return (
            "The arms do not have the sizes that were planned "
            f"({joined([count(size) for size in found.customers])}; such a split has a chance of "
            f"{found.ratio.p_value:.1g}). Something sorted customers in or out after the split: "
            "do not read the results before that is found."
        )
    head = found.headline(one.plan.goal)
    if head.too_small:
        return head.too_small
    shown = head.usual if found.complete else head.early
    lift = signed_percent(shown.lift)
    span = f"{signed_percent(shown.low / shown.control)} to {_relative(shown.high, shown)}"
    label = head.label[0].lower() + head.label[1:]
    if shown.clear:
        verb = "raised" if shown.difference > 0 else "lowered"
        said = f"“{head.arm}” {verb} {label} by {lift} (95%: {span})."
    else:
        said = f"No clear difference: {label} changed by {lift} (95%: {span})."
    if not found.complete:
        said += (
            f" The planned {one.plan.days // 7} weeks are not over, so this is the interval that "
            "holds however often one looks."
        )
    return said + _against_plan(one, found, facts)


def _relative(value: float, of: Estimate) -> str:
    return signed_percent(value / of.control) if of.control else "–"


def _against_plan(one: Experiment, found: Measured, facts: ShellFacts) -> str:
    promise, total = one.promise, found.total
    if promise is None or math.isnan(total.profit):
        return ""
    currency = facts.data.currency
    against = "in line with"
    if total.profit_low > promise.profit:
        against = "more than"
    elif total.profit_high < promise.profit:
        against = "less than"
    return kept_together(
        f" In all {signed_money(total.revenue, currency)} of revenue and "
        f"{signed_money(total.profit, currency)} of profit (95%: "
        f"{signed_money(total.profit_low, currency)} to "
        f"{signed_money(total.profit_high, currency)}), {against} the planned "
        f"{signed_money(promise.profit, currency)}."
    )


def verdict_numbers(one: Experiment, found: Measured, facts: ShellFacts) -> list[Number]:
    """Return the four figures of the verdict."""
    head, total, currency = found.headline(one.plan.goal), found.total, facts.data.currency
    usual = head.usual
    numbers = [
        Number("Lift", signed_percent(usual.lift) if not head.too_small else "–",
               _p_words(usual.p_value) if not head.too_small else "too few buyers",
               head.label),
    ]  # fmt: skip
    if found.choices:
        choice = found.choices[found.best]
        lost = _amount(choice.loss, head.goal, currency)
        numbers.append(
            Number("Chance to be best", percent(choice.best), f"{lost} lost each if not",
                   f"Of “{head.arm}”, against all other arms")
        )  # fmt: skip
    numbers.append(
        Number("Revenue it brought", signed_money(total.revenue, currency),
               f"95%: {signed_money(total.revenue_low, currency)} to "
               f"{signed_money(total.revenue_high, currency)}", "Of all customers of the arm")
    )  # fmt: skip
    numbers.append(
        Number("Profit it brought", signed_money(total.profit, currency),
               f"95%: {signed_money(total.profit_low, currency)} to "
               f"{signed_money(total.profit_high, currency)}",
               f"After {money(total.cost, currency)} of cost, "
               + ("with the loaded costs" if total.from_costs else "with the planned margin"))
    )  # fmt: skip
    return numbers


def _chance(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _p_words(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def _amount(value: float, goal: str, currency: str) -> str:
    if goal in _RATES:
        return f"{value * 100:.3f} points"
    return money(value, currency) if goal in _MONEY else f"{value:.4f}"


def lifts_view(
    one: Experiment, found: Measured, facts: ShellFacts, statements: Sequence[Statement]
) -> ChartView:
    """Return the lifts of every measure with their intervals."""
    rows = [
        Interval(
            f"{each.label}" + (f" ({each.arm})" if len(found.arms) > 2 else ""), each.usual.lift,
            each.usual.low / each.usual.control, each.usual.high / each.usual.control,
            (each.early.low / each.early.control, each.early.high / each.early.control),
        )
        for each in found.comparisons
        if not each.too_small and each.usual.control
    ]  # fmt: skip
    trust = trust_of("experiment_lift", facts, statements)
    if not rows:
        words = found.comparisons[0].too_small
        return ChartView(None, words, pd.DataFrame(), trust, empty=words)
    promise = one.promise
    planned = None if promise is None else (promise.low, promise.high)
    answer = "; ".join(f"{row.name} {signed_percent(row.lift)}" for row in rows)
    return ChartView(lifts_figure(rows, planned), f"{answer}.", _interval_table(rows), trust)


def parts_view(found: Measured, facts: ShellFacts, statements: Sequence[Statement]) -> ChartView:
    """Return the lift of each sub-segment."""
    rows = [
        Interval(part.name, part.estimate.lift, part.estimate.low / part.estimate.control,
                 part.estimate.high / part.estimate.control, None, part.believed)
        for part in found.parts
        if part.estimate is not None and part.estimate.control
    ]  # fmt: skip
    trust = trust_of("experiment_lift", facts, statements)
    if not rows:
        words = "No segment of it has enough buyers in each arm for an honest interval."
        return ChartView(None, words, pd.DataFrame(), trust, empty=words)
    rows.sort(key=lambda row: -row.lift)
    believed = [row.name for row in rows if row.believed]
    title = f"Sure for {joined(believed)}" if believed else "No segment stands out for sure"
    small = len(found.parts) - len(rows)
    left = f" {small} with too few buyers for an honest interval left out." if small else ""
    return ChartView(
        lifts_figure(rows), f"{title}.{left}", _interval_table(rows), trust, title,
        f"{PARTS_SUBTITLE}.{left}" if left else "",
    )  # fmt: skip


def _interval_table(rows: Sequence[Interval]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Of": [row.name for row in rows],
            "Lift": [signed_percent(row.lift) for row in rows],
            "95% from": [signed_percent(row.low) for row in rows],
            "to": [signed_percent(row.high) for row in rows],
        }
    )


METHOD_HEADS = ("Measure", "How", "Control", "Arm", "Difference", "95% from", "to", "p")


def method_lines(found: Measured, facts: ShellFacts) -> list[Line]:
    """Return a row per measure, arm and method."""
    lines = []
    for each in found.comparisons:
        name = each.label + (f" ({each.arm})" if len(found.arms) > 2 else "")
        if each.too_small:
            lines.append(Line((name, "Too few to say", "", "", "", "", "", "")))
            continue
        for how, estimate in _methods(each, complete=found.complete):
            lines.append(_method_line(name, how, estimate, each.goal, facts.data.currency))
            name = ""  # said once
    return lines


def _methods(each: Comparison, *, complete: bool) -> list[tuple[str, Estimate]]:
    usual = "Two proportions" if each.goal in _RATES else "Welch"
    now = "right now" if not complete else "if looked at early"
    later = "at the planned end" if not complete else "at the end"
    found = [(f"{usual}, {later}", each.usual), (f"Always valid, {now}", each.early)]
    if each.past is not None:
        found.append((f"With each one's past (−{each.past.reduction:.1%} variance)",
                      each.past.estimate))  # fmt: skip
    if each.drawn is not None:
        found.append(("Bootstrap", each.drawn))
    if each.robust is not None:
        found.append(("Largest 0.1% held", each.robust))
    return found


def _method_line(name: str, how: str, one: Estimate, goal: str, currency: str) -> Line:
    def text(value: float, *, signed: bool = False) -> str:
        sign = "" if not signed else "−" if value < 0 else "+"
        size = abs(value) if signed else value
        if goal in _RATES:
            return f"{sign}{size * 100:.3f}{' pp' if signed else '%'}"
        if goal in _MONEY:
            return f"{sign}{money(size, currency)}" if size >= 1000 else f"{sign}{size:,.4f}"
        return f"{sign}{size:.4f}"

    return Line(
        (name, how, text(one.control), text(one.treated), text(one.difference, signed=True),
         text(one.low, signed=True), text(one.high, signed=True), _chance(one.p_value))
    )  # fmt: skip


def balance_lines(found: Balance, currency: str) -> list[Line]:
    """Return the arms of a split side by side."""
    lines = [Line(("Customers", *[count(one) for one in found.customers], ""))]
    for name, values, chance in found.rows:
        shown = [money(one, currency) if name.startswith("Spent") else f"{one:,.2f}"
                 for one in values] or [""] * len(found.customers)  # fmt: skip
        lines.append(Line((name, *shown, _chance(chance))))
    return lines


def run_words(one: Experiment, found: Measured | None) -> str:
    """Return how a frozen experiment stands."""
    run, result = one.run, one.result
    if run is None:
        return ""
    if result is not None:
        said = f"Measured from {result['file']}: {result['rows']:,} rows"
        if result["refused"]:
            told = "; ".join(f"{many:,} {why}" for why, many in result["refused"].items())
            said += f" (left out: {told})"
        return f"{said}."
    if found is None:
        return "No order is loaded since the start yet."
    return f"Measured from the loaded orders of {period(found.start, found.end)}."


def changes_of(one: Experiment) -> list[Change]:
    """Return who changed what and when, the newest first."""
    rows = history(warehouse(), EXPERIMENT, one.id)
    line = {row.version: row for row in rows if row.held}
    found = []
    for row in rows:
        before = line.get(row.made_from)
        found.append(
            Change(
                what_was_done(row), f"{day(row.at.date())}, {row.at:%H:%M} UTC",
                tuple(difference(EXPERIMENT, before, row)) if before else (),
            )
        )  # fmt: skip
    return found[::-1]
