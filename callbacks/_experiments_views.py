"""Views of a plan: the distribution, what it hangs on, where it pays; and of its replay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analytics.experiment_plans import GOAL_LABELS, describe_offer
from analytics.experiments import segment_name
from analytics.models.experiment_replay import Proof
from analytics.models.experiment_sensitivity import Curve
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments_plan import Forecast, worth_by_segment
from analytics.reports.shell import ShellFacts
from clickhouse_schema.recording import Statement
from layouts.cards import Number
from layouts.figures.experiments import (
    SwingRow,
    curve_figure,
    proof_figure,
    signed_percent,
    spread_figure,
    tornado_figure,
)
from layouts.figures.rows import Bar, change_figure
from layouts.format import MINUS, count, currency_sign, day, money, percent, signed_money
from layouts.views import ChartView, Trust
from layouts.words import joined

_BINS = 40


def kept_together(text: str) -> str:
    """Return text in which no line breaks between a minus and its amount."""
    return text.replace(MINUS, f"{MINUS}\u2060")


def trust_of(metric: str, facts: ShellFacts, statements: Sequence[Statement] = ()) -> Trust:
    """Return where numbers of an experiment come from."""
    newest = facts.data.newest_at
    seen = dict.fromkeys((one.name, one.text) for one in statements)
    return Trust(
        metric=metric, period=f"{day(facts.data.first_day)} to {day(newest.date())}", compared="",
        used=(), left_out=(), data_as_of=f"Data to {day(newest.date())}, {newest:%H:%M}",
        statements=tuple(seen),
    )  # fmt: skip


def plan_words(found: Forecast, facts: ShellFacts) -> str:
    """Return what a plan comes to in a sentence or two."""
    plan, simulation, currency = found.plan, found.simulation, facts.data.currency
    profit = float(simulation.profit.mean())
    low, high = simulation.band(simulation.profit, 0.8)
    name = segment_name(warehouse(), plan.segment)
    verb = "earn" if profit > 0 else "lose"
    said = (
        f"{describe_offer(plan)} to {count(found.past.customers * (1 - plan.control))} of {name} "
        f"over {plan.days // 7} weeks would {verb} about {money(abs(profit), currency)} "
        f"(80%: {signed_money(low, currency)} to {signed_money(high, currency)})."
    )
    usual = (
        f"{found.prior.experiments} experiments here bring {signed_percent(found.prior.mean)}"
        if found.prior.experiments
        else "most campaigns change little"
    )
    said += (
        f" Of the hoped-for {signed_percent(plan.likely)}, {signed_percent(found.lift.mean)} is "
        f"believed in: {usual}, and the plan chosen is the one that looked best."
    )
    if simulation.given_away > 0.01 * abs(profit):
        said += f" {money(simulation.given_away, currency)} would go to customers who buy anyway."
    return kept_together(said)


def plan_numbers(found: Forecast, facts: ShellFacts) -> list[Number]:
    """Return the plan's four figures."""
    simulation, currency = found.simulation, facts.data.currency
    low, high = simulation.band(simulation.profit, 0.95)
    back = simulation.return_on_investment
    even = found.break_even
    season = found.past.season
    numbers = [
        Number("Expected profit", signed_money(float(simulation.profit.mean()), currency),
               f"95%: {signed_money(low, currency)} to {signed_money(high, currency)}",
               "After margin, discount and costs, against doing nothing"),
        Number("Chance of a profit", percent(simulation.profitable),
               f"revenue {signed_money(float(simulation.revenue.mean()), currency)}",
               "Share of the draws with a profit above 0"),
        Number("Break-even lift", "none" if math.isinf(even) else signed_percent(even),
               f"{signed_percent(found.lift.mean)} is believed in",
               "Below it the campaign costs more than it brings"),
        Number("Return on cost", "–" if math.isnan(back) else signed_percent(back),
               f"season {signed_percent(season - 1)}" if found.past.season_known
               else "season not known",
               "Profit for each unit spent on discounts, contacts and redemptions"),
    ]  # fmt: skip
    return [replace(one, note=kept_together(one.note)) for one in numbers]


def design_lines(found: Forecast, facts: ShellFacts) -> tuple[list[tuple[str, str]], str]:
    """Return what the design says, and why nothing can be measured (empty if it can)."""
    plan, shape, past = found.plan, found.design, found.past
    goal = GOAL_LABELS[plan.goal].lower()
    lines = [
        (" + ".join(count(one) for one in shape.arms),
         f"customers in {joined(list(plan.arms))}"),
        (percent(shape.power), f"chance to find {signed_percent(plan.likely)} in {goal}"),
        (signed_percent(shape.smallest_lift),
         f"smallest lift found {percent(plan.power)} of the time; "
         f"{signed_percent(shape.with_past)} with each customer's own past "
         f"(−{past.reduction:.1%} variance)"),
    ]  # fmt: skip
    if shape.per_arm is not None:
        lines.append((count(shape.per_arm), "customers the smaller arm would need"))
    if plan.likely:
        weeks = "no length up to half a year" if shape.weeks is None else f"{shape.weeks} weeks"
        lines.append((weeks, "would be enough with these customers"))
    if past.margin is not None:
        lines.append((percent(past.margin), "margin, as the loaded costs say"))
    if past.looked_at < 1:
        looked = count(sum(one.customers for one in past.windows) / len(past.windows))
        lines.append((looked, "customers drawn at random tell the past, per window"))
    windows = [f"{day(one.start)}: {_value(one.value, plan.goal, facts.data.currency)}"
               for one in past.windows]  # fmt: skip
    lines.append((_value(past.moments.mean, plan.goal, facts.data.currency),
                  f"{goal} without a campaign; past windows ({'; '.join(windows)})"))  # fmt: skip
    return lines, shape.too_small


def _value(value: float, goal: str, currency: str) -> str:
    if goal == "conversion":
        return percent(value)
    return f"{value:.3f}" if goal == "orders" else money(value, currency)


def plan_views(
    found: Forecast, facts: ShellFacts, statements: Sequence[Statement]
) -> list[ChartView]:
    """Return the plan's charts, in the order of `layouts.experiments_plan.CHARTS`."""
    trust = trust_of("experiment_forecast", facts, statements)
    return [
        _profit_view(found, facts, trust), _swing_view(found, facts, trust),
        worth_view(worth_by_segment(found), "segment", facts, statements),
        _share_view(found, facts, trust), _depth_view(found, facts, trust),
    ]  # fmt: skip


def _profit_view(found: Forecast, facts: ShellFacts, trust: Trust) -> ChartView:
    drawn, currency = found.simulation.profit, facts.data.currency
    counts, edges = np.histogram(drawn, bins=_BINS)
    bands = tuple(found.simulation.band(drawn, share) for share in (0.8, 0.95))
    chance = found.simulation.profitable
    title = f"A profit in {percent(chance)} of the draws"
    if not 0.02 < chance < 0.98:
        title = f"Almost certainly a {'profit' if chance > 0.5 else 'loss'}"
    table = pd.DataFrame(
        {
            "Share of draws": ["80%", "95%"],
            "From": [signed_money(low, currency) for low, _ in bands],
            "To": [signed_money(high, currency) for _, high in bands],
        }
    )
    figure = spread_figure(edges.tolist(), counts.tolist(), (bands[0], bands[1]), currency)
    return ChartView(
        figure, f"{title}: 80% lie between {signed_money(bands[0][0], currency)} and "
        f"{signed_money(bands[0][1], currency)}.", table, trust, title,
    )  # fmt: skip


def _swing_view(found: Forecast, facts: ShellFacts, trust: Trust) -> ChartView:
    currency = facts.data.currency
    middle = float(found.simulation.profit.mean())
    rows = [
        SwingRow(one.name, one.low, one.high, _ends(one.name, one.ends, currency))
        for one in found.swings
    ]
    table = pd.DataFrame(
        {
            "Assumption": [row.name for row in rows],
            "From": [row.ends[0] for row in rows],
            "To": [row.ends[1] for row in rows],
            "Profit at the lower end": [signed_money(row.low, currency) for row in rows],
            "Profit at the upper end": [signed_money(row.high, currency) for row in rows],
        }
    )
    title = f"{rows[0].name} matters most" if rows else "Nothing moves the profit"
    return ChartView(tornado_figure(rows, middle, currency), f"{title}.", table, trust, title)


def _ends(name: str, ends: tuple[float, float], currency: str) -> tuple[str, str]:
    if name.startswith("Cost"):
        return money(ends[0], currency), money(ends[1], currency)
    if name in ("How many buy anyway", "What a buyer spends"):
        return signed_percent(ends[0] - 1), signed_percent(ends[1] - 1)
    return signed_percent(ends[0]).lstrip("+"), signed_percent(ends[1]).lstrip("+")


def worth_view(
    worth: pd.DataFrame, what: str, facts: ShellFacts, statements: Sequence[Statement]
) -> ChartView:
    """
    Return which sub-segments a plan pays in.

    Args:
        worth: As of `worth_by_segment`.
        what: The sub-segments are, one of them in a word.
        facts, statements: For where the numbers come from.
    """
    currency = facts.data.currency
    bars = [
        Bar(row.name, row.profit, f"{signed_money(row.each, currency)} each")
        for row in worth.itertuples()
    ]
    paying = [row.name for row in worth.itertuples() if row.profit > 0]
    title = f"It pays among {joined(paying[:3])}" if paying else f"It pays in no {what}"
    if len(paying) == len(worth):
        title = f"It pays in every {what}"
    table = pd.DataFrame(
        {
            what.capitalize(): worth["name"],
            "Customers": worth["customers"],
            "Buy anyway": worth["rate"].map(percent),
            "A buyer spends": worth["spend"].map(lambda one: money(one, currency)),
            "Profit": worth["profit"].map(lambda one: signed_money(one, currency)),
            "80% from": worth["low"].map(lambda one: signed_money(one, currency)),
            "to": worth["high"].map(lambda one: signed_money(one, currency)),
        }
    )
    trust = trust_of("experiment_forecast", facts, statements)
    return ChartView(change_figure(bars), f"{title}.", table, trust, title)


def _share_view(found: Forecast, facts: ShellFacts, trust: Trust) -> ChartView:
    curve, currency = found.shares, facts.data.currency
    best = curve.at[curve.best]
    title = f"Contacting {percent(best)} of them pays most"
    if curve.mean[curve.best] <= 0:
        title = "The fewer are contacted, the less is lost"
    return _curve_view(curve, 1.0, title, "Share contacted", currency, trust)


def _depth_view(found: Forecast, facts: ShellFacts, trust: Trust) -> ChartView:
    curve, currency = found.depths, facts.data.currency
    if curve is None:
        words = "This offer has no discount whose depth could be chosen."
        return ChartView(None, words, pd.DataFrame(), trust, empty=words)
    best = curve.at[curve.best]
    title = f"A discount of {percent(best)} pays most"
    if curve.mean[curve.best] <= 0:
        title = "No depth of discount pays"
    return _curve_view(curve, found.plan.depth, title, "Discount", currency, trust)


def _curve_view(
    curve: Curve, chosen: float, title: str, head: str, currency: str, trust: Trust
) -> ChartView:
    table = pd.DataFrame(
        {
            head: [percent(one) for one in curve.at],
            "Profit": [signed_money(one, currency) for one in curve.mean],
            "80% from": [signed_money(one, currency) for one in curve.low],
            "to": [signed_money(one, currency) for one in curve.high],
        }
    )
    figure = curve_figure(curve.at, curve.mean, curve.low, curve.high, chosen, currency)
    return ChartView(figure, f"{title}.", table, trust, title)


def proof_words(proof: Proof, lift: float) -> str:
    """Return what a replay found."""
    return (
        f"In {proof.replays:,} random splits of the past the test found a lift where there was "
        f"none {percent(proof.false_positives)} of the time (5% is promised). With "
        f"{signed_percent(lift)} put in it was found {percent(proof.power)} of the time, and the "
        f"interval held it {percent(proof.coverage)} of the time (95% is promised). Looked at 100 "
        f"times, the usual test would have been fooled {percent(proof.peeking)} of the time, the "
        f"always-valid one {percent(proof.peeking_valid)}."
    )


def proof_view(proof: Proof, lift: float, goal: str, facts: ShellFacts) -> ChartView:
    """Return the lifts measured in replays."""
    sign = currency_sign(facts.data.currency) if goal in ("revenue", "margin") else ""
    held = 0.93 <= proof.coverage <= 0.97 and 0.03 <= proof.false_positives <= 0.07
    title = "The test tells the truth here" if held else "The test is not quite right here"
    table = pd.DataFrame(
        {
            "What": ["Found where there is none", "Found where it is", "Interval held it",
                     "Fooled by 100 looks: usual test", "Fooled by 100 looks: always-valid test"],
            "Share of splits": [percent(one) for one in (
                proof.false_positives, proof.power, proof.coverage, proof.peeking,
                proof.peeking_valid)],
        }
    )  # fmt: skip
    answer = proof_words(proof, lift)
    figure = proof_figure(proof.detected, proof.truth, sign)
    return ChartView(figure, answer, table, trust_of("experiment_proof", facts), title)


def nothing_yet(words: str, metric: str, facts: ShellFacts) -> dict[str, Any]:
    """Return a view that says why there is nothing to see."""
    view = ChartView(None, words, pd.DataFrame(), trust_of(metric, facts), empty=words)
    return {**view.to_dict(), "version": facts.version}
