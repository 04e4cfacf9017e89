"""The plan of an experiment before its answers; `callbacks/experiments_plan.py` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.cards import Number, number_cards
from layouts.components import attributes, chart_tile, gate, icon, segmented

PLAN = "experiments-plan"
PROFIT = "experiments-profit"
SWINGS = "experiments-swings"
WORTH = "experiments-worth"
DEPTHS = "experiments-depths"
SHARES = "experiments-shares"
PROOF = "experiments-proof"
CHARTS = (PROFIT, SWINGS, WORTH, SHARES, DEPTHS)
OWN_LIFT = "own"
WORTH_BY = {"rfm": "RFM segments", "group": "Clusters"}


class Ids(StrEnum):
    """Parts of the plan."""

    QUESTION = "experiments-question"
    OPEN = "experiments-plan-open"
    OPENED = "experiments-plan-opened"
    ANSWERED = "experiments-answered"
    BUSY = "experiments-busy"
    NUMBERS = "experiments-numbers"
    SENTENCE = "experiments-sentence"
    DESIGN = "experiments-design"
    NAME = "experiments-name"
    SAVE = "experiments-save"
    SAVED = "experiments-saved"
    TROUBLE = "experiments-trouble"
    PROVE = "experiments-prove"
    STOP_PROOF = "experiments-stop-proof"
    PROOF_JOB = "experiments-proof-job"
    PROOF_TICK = "experiments-proof-tick"
    PROOF_TOLD = "experiments-proof-told"


@dataclass(frozen=True, slots=True)
class Knob:
    """
    A number that can be slid.

    Attributes:
        name: Field of the plan.
        label: For readers.
        low, high, step, value: In the unit shown.
        unit: Behind the number: `%`, `weeks` or empty.
        about: One sentence more.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str
    about: str = ""


KNOBS: dict[str, tuple[Knob, ...]] = {
    "When and who": (
        Knob("weeks", "Runs for", 1, 26, 1, 4, "weeks"),
        Knob("control", "Control group", 5, 90, 5, 30, "%", "Gets nothing, to compare with"),
    ),
    "Offer": (
        Knob("depth", "Discount", 0, 60, 1, 10, "%", "Counts for the offer “Discount” only"),
        Knob("contact_cost", "Cost per contact", 0, 5, 0.01, 0.05, ""),
        Knob("redemption_cost", "Cost per redemption", 0, 30, 0.5, 0, "", "Gift or fee"),
        Knob("margin", "Margin", 1, 100, 1, 40, "%", "Of the price without discount"),
        Knob("redeemed", "Used by those who buy anyway", 0, 100, 1, 80, "%"),
    ),
    "Lift hoped for": (
        Knob("low", "At least", -20, 50, 0.5, 1, "%", "One time in ten it is below"),
        Knob("likely", "Likely", -20, 60, 0.5, 5, "%"),
        Knob("high", "At most", -20, 100, 0.5, 10, "%", "One time in ten it is above"),
    ),
}  # fmt: skip
GOALS = (
    ("revenue", "Revenue per customer"),
    ("conversion", "Customers who buy"),
    ("orders", "Orders per customer"),
    ("margin", "Margin per customer"),
)
OFFERS = (("discount", "Discount"), ("gift", "Gift"), ("message", "Message only"))
POWERS = (("0.8", "80%"), ("0.9", "90%"), ("0.95", "95%"))


def choice(name: Any) -> dict[str, Any]:
    """Return the id of an entry of the plan."""
    return {"type": "experiments-choice", "name": name}


def shown(name: Any) -> dict[str, Any]:
    """Return the id of what an entry says, beside it."""
    return {"type": "experiments-shown", "name": name}


def layout() -> html.Div:
    """Return the plan as everybody starts it."""
    return html.Div(
        [
            *gate(PLAN, seen=False),
            *[dcc.Store(id=one) for one in
              (Ids.QUESTION, Ids.OPEN, Ids.OPENED, Ids.ANSWERED, Ids.SAVED, Ids.PROOF_JOB)],
            dcc.Interval(id=Ids.PROOF_TICK, interval=1000, disabled=True),
            _form(),
            html.Div([_answers(), *_charts()], className="c8 plan-answers"),
        ],
        className="grid experiment-plan",
        **attributes(data_tile=PLAN, data_lazy="yes"),
    )  # fmt: skip


def _form() -> Component:
    groups: list[Component] = [
        html.Div(
            [
                _select("segment", "Segment", (("all", "All customers"),), "all"),
                _select("goal", "Judged by", GOALS, "revenue"),
                _select("offer", "Offer", OFFERS, "discount"),
            ],
            className="knobs",
        )
    ]
    for title, knobs in KNOBS.items():
        entries: list[Component] = [html.H3(title)]
        if title == "Lift hoped for":
            own = ((OWN_LIFT, "My own assumption"),)
            entries.append(_select("basis", "Where it comes from", own, OWN_LIFT))
        entries += [_knob(one) for one in knobs]
        groups.append(html.Div(entries, className="knobs"))
    groups.append(
        html.Div(
            [
                html.H3("Split"),
                _text("arms", "Arms, the control first", "Control, Offer"),
                _select("power", "Wanted chance to find the lift", POWERS, "0.8"),
                _text("seed", "Seed", "1"),
            ],
            className="knobs",
        )
    )
    return html.Section(
        [html.H2("Plan"), *groups],
        className="tile c4 plan-form",
        **attributes(aria_label="Plan"),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], value: str) -> Component:
    entry = dbc.Select(
        id=choice(name),
        options=[{"value": key, "label": text} for key, text in options],
        value=value,
    )
    return html.Label([html.Span(label, className="field-label"), entry], className="field")


def _text(name: str, label: str, value: str) -> Component:
    entry = dbc.Input(id=choice(name), type="text", value=value, debounce=400, maxlength=240)
    return html.Label([html.Span(label, className="field-label"), entry], className="field")


def _knob(one: Knob) -> Component:
    return html.Label(
        [
            html.Span(
                [html.Span(one.label, className="field-label", title=one.about),
                 html.B(id=shown(one.name), className="knob-value")],
                className="knob-head",
            ),
            dbc.Input(
                id=choice(one.name), type="range", min=one.low, max=one.high, step=one.step,
                value=one.value, class_name="knob",
            ),
        ],
        className="field",
    )  # fmt: skip


# What tells that an answer is being computed is there from the start and shown after a moment.
IDLE, AT_WORK = "plan-busy sub", "plan-busy sub at-work"
_WAITING = tuple(
    Number(label, "–", " ", "")
    for label in ("Expected profit", "Chance of a profit", "Break-even lift", "Return on cost")
)


def _answers() -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.Span(className="plan-pulse", **attributes(aria_hidden="true")),
                    "Reading what the segment did in past windows …",
                ],
                id=Ids.BUSY,
                className=IDLE,
                role="status",
            ),
            html.P(" ", id=Ids.SENTENCE, className="sentence", **attributes(aria_live="polite")),
            html.Div(number_cards(_WAITING), id=Ids.NUMBERS, className="number-cards four"),
            html.Div(id=Ids.DESIGN, className="design", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Label("Name", htmlFor=Ids.NAME, className="visually-hidden"),
                    dbc.Input(id=Ids.NAME, placeholder="Name of the experiment", maxlength=120),
                    html.Button("Save as a draft", id=Ids.SAVE, className="button primary"),
                ],
                className="button-row save-row",
            ),
            html.Div(id=Ids.TROUBLE, className="field-error", role="alert"),
        ],
        className="tile",
        **attributes(aria_label="What the plan may bring"),
    )


def _charts() -> list[Component]:
    prove = html.Div(
        [
            html.Button([icon("arrow-repeat"), "Replay on the past"], id=Ids.PROVE,
                        className="button"),
            html.Button("Stop", id=Ids.STOP_PROOF, className="button", hidden=True),
            html.Span(
                "Splits the segment's own past at random, hundreds of times",
                id=Ids.PROOF_TOLD, className="sub", **attributes(aria_live="polite"),
            ),
        ],
        className="button-row",
    )  # fmt: skip
    return [
        html.Div(
            [
                chart_tile(PROFIT, "What it may bring", "Profit against doing nothing", columns=12,
                           height=220, lazy=True),
                chart_tile(SWINGS, "What the profit hangs on", "Profit at either end of each "
                           "assumption", columns=12, height=280, lazy=True),
                chart_tile(WORTH, "Where the budget pays", "Expected profit per sub-segment",
                           columns=12, height=300, lazy=True,
                           controls=segmented(WORTH, "Sub-segments", WORTH_BY, "rfm")),
                chart_tile(SHARES, "How many to contact", "Profit over the share contacted, the "
                           "best segments first", columns=6, height=240, lazy=True),
                chart_tile(DEPTHS, "How deep a discount", "Profit over the discount; the lift is "
                           "taken to grow with its square root", columns=6, height=240, lazy=True),
                chart_tile(PROOF, "Would the test have told the truth?", "Lift measured in replays "
                           "of the past", columns=12, height=220, lazy=True, controls=prove),
            ],
            className="grid",
        )
    ]  # fmt: skip


def design_words(lines: Sequence[tuple[str, str]], trouble: str) -> list[Component]:
    """Return the design: pairs of a number and what it is, or why nothing can be measured."""
    if trouble:
        return [html.P([icon("exclamation-triangle"), " ", trouble], className="trouble")]
    return [
        html.Div([html.B(number), html.Span(f" {said}", className="sub")], className="design-line")
        for number, said in lines
    ]
