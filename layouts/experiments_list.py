"""All experiments before their data; `callbacks/experiments_list.py` fills the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, chart_tile, gate, icon, waiting

LIST = "experiments-list"
CALIBRATION = "experiments-calibration"
NEXT = "experiments-strategies"
_NUMBERS = ("Customers", "Lift believed in", "Expected profit", "Profitable")
HOLDOUTS = {0.0: "none", 0.01: "1%", 0.02: "2%", 0.05: "5%", 0.1: "10%"}


class Ids(StrEnum):
    """Parts of the view of all experiments."""

    CHANGED = "experiments-changed"
    ROWS = "experiments-rows"
    NEXT = "experiments-next"
    DRAFTED = "experiments-drafted"
    HOLDOUT = "experiments-holdout"
    HOLDOUT_TOLD = "experiments-holdout-told"


@dataclass(frozen=True, slots=True)
class Row:
    """An experiment as listed, in words."""

    id: str
    name: str
    state: str
    about: str
    planned: str
    measured: str
    changed: str


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """A segment and an offer that may pay, in words; `place` names it among those shown."""

    place: int
    segment: str
    offer: str
    customers: str
    lift: str
    profit: str
    chance: str
    basis: str


def draft_button(place: Any) -> dict[str, Any]:
    """Return the id of the button that makes a strategy a draft."""
    return {"type": "experiments-draft", "place": place}


def layout() -> html.Div:
    """Return the view without an experiment."""
    return html.Div(
        [
            *gate(LIST, seen=False),
            dcc.Store(id=Ids.CHANGED),
            dcc.Store(id=Ids.DRAFTED),
            _list(),
            chart_tile(
                CALIBRATION, "Do plans come true?", "Lift planned and lift measured",
                columns=5, height=260, lazy=True,
            ),
            html.Section(
                [
                    *gate(NEXT, seen=False),
                    html.H2("Which strategies next"),
                    html.Div(
                        "Segments and offers by the profit expected of four weeks; a click makes "
                        "a draft",
                        className="sub",
                    ),
                    waiting([html.Div(id=Ids.NEXT, className="scrolled", tabIndex=0,
                                      style={"minHeight": 280}, **attributes(aria_live="polite"))]),
                ],
                className="tile c12",
                **attributes(aria_label="Which strategies next", data_tile=NEXT, data_lazy="yes"),
            ),
        ],
        className="grid",
        **attributes(data_tile=LIST, data_lazy="yes"),
    )  # fmt: skip


def _list() -> Component:
    holdout = dbc.Select(
        id=Ids.HOLDOUT,
        options=[{"value": str(share), "label": text} for share, text in HOLDOUTS.items()],
        value="0.0",
        class_name="rule-select",
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Experiments"),
                    dcc.Link(
                        [icon("plus-lg"), "Plan an experiment"],
                        href="/experiments?view=plan",
                        className="button primary",
                    ),
                ],
                className="segment-head",
            ),
            html.Div(id=Ids.ROWS, className="saved-list", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Label("Held back from every experiment", htmlFor=Ids.HOLDOUT,
                               className="sub"),
                    holdout,
                    html.Span(id=Ids.HOLDOUT_TOLD, className="sub",
                              **attributes(aria_live="polite")),
                ],
                className="button-row holdout-row",
            ),
        ],
        className="tile c7",
        **attributes(aria_label="Experiments"),
    )  # fmt: skip


def rows(found: Sequence[Row]) -> list[Component]:
    """Return experiments as cards, or why there are none."""
    if not found:
        text = "No experiment yet. Plan one, or make a draft of a strategy below."
        return [html.Div(html.P(text), className="empty")]
    return [
        html.Article(
            [
                html.Div(
                    [
                        html.H3(
                            [
                                dcc.Link(
                                    one.name, href=f"/experiments?view=page&experiment={one.id}"
                                ),
                                state_mark(one.state),
                            ]
                        ),
                        html.Div(one.about, className="sub"),
                        html.Div(one.changed, className="sub"),
                    ]
                ),
                html.Div(
                    [
                        html.Div([html.Span("planned ", className="sub"), one.planned]),
                        html.Div([html.Span("measured ", className="sub"), one.measured]),
                    ],
                    className="experiment-figures",
                ),
            ],
            className="saved-card",
        )
        for one in found
    ]


def state_mark(state: str) -> Component:
    """Return the state of an experiment as a small mark."""
    return html.Span(state, className=f"state state-{state}")


def strategies(found: Sequence[StrategyRow], trouble: str = "") -> Component:
    """Return the ranked list, or why there is none."""
    if not found:
        return html.P(trouble or "Nothing can be ranked yet.", className="sub")
    # A basis that is the same everywhere is said once.
    bases = {one.basis for one in found}
    heads = ["Segment", "Offer", *_NUMBERS, *(["Basis"] if len(bases) > 1 else []), ""]
    head = html.Tr(
        [
            html.Th(
                text or html.Span("Draft", className="visually-hidden"),
                className="number" if text in _NUMBERS else "",
                scope="col",
            )
            for text in heads
        ]
    )
    body = [_strategy(one, told=len(bases) > 1) for one in found]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="plain-table strategies")
    if len(bases) > 1:
        return table
    basis = bases.pop()
    said = f"Where the lifts come from: {basis[0].lower()}{basis[1:]}."
    return html.Div([table, html.P(said, className="sub")])


def _strategy(one: StrategyRow, *, told: bool) -> Component:
    numbers = (one.customers, one.lift, one.profit, one.chance)
    names = ("customers", "lift", "profit", "chance")
    button = html.Button(
        ["Make a draft",
         html.Span(f" of {one.offer} for {one.segment}", className="visually-hidden")],
        id=draft_button(one.place),
        className="button small",
    )  # fmt: skip
    return html.Tr(
        [
            html.Td(one.segment, className="strategy-segment"),
            html.Td(one.offer, className="strategy-offer"),
            *[html.Td(text, className=f"number strategy-{name}")
              for name, text in zip(names, numbers, strict=True)],
            *([html.Td(one.basis, className="sub basis")] if told else []),
            html.Td(button, className="strategy-draft"),
        ]
    )  # fmt: skip
