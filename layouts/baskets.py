"""The Baskets tab before its data; `callbacks/baskets.py` fills it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, author_entry, chart_tile, gate, icon, segmented
from layouts.grids import server_grid
from layouts.ids import tile
from layouts.segments_rule import labelled

BASKETS = "baskets-mine"
NETWORK = "baskets-network"
HEAT = "baskets-categories"
ITEMS = {"product": "Products", "category": "Categories"}
BASKET_OF = {
    "0": "An order is a basket",
    "7": "What a customer buys within 7 days",
    "30": "What a customer buys within 30 days",
    "90": "What a customer buys within 90 days",
}
POLL_MS = 700


class Ids(StrEnum):
    """Parts of the tab."""

    DAYS = "baskets-days"
    AGAIN = "baskets-again"
    JOB = "baskets-job"
    RUN = "baskets-run"
    POLL = "baskets-poll"
    PROGRESS = "baskets-progress"
    PULSE = "baskets-pulse"
    BAR = "baskets-bar"
    DOING = "baskets-doing"
    STOP = "baskets-stop"
    STATE = "baskets-state"
    FOUND = "baskets-found"
    SUMMARY = "baskets-summary"
    STEPS = "baskets-steps"
    SUPPORT = "baskets-support"
    CONFIDENCE = "baskets-confidence"
    LIFT = "baskets-lift"
    SUPPORT_TEXT = "baskets-support-text"
    CONFIDENCE_TEXT = "baskets-confidence-text"
    LIFT_TEXT = "baskets-lift-text"
    CHOSEN = "baskets-chosen"
    REFRESHED = "baskets-refreshed"
    RULES = "baskets-rules"
    COUNT = "baskets-count"
    PARTS = "baskets-parts"
    DISCOUNT = "baskets-discount"
    TAKE_UP = "baskets-take-up"
    BUNDLE = "baskets-bundle"
    SAVE = "baskets-save"
    SAVED = "baskets-saved"
    PLAN = "baskets-plan"
    PLANNED = "baskets-planned"
    AUTHOR = "baskets-author"
    ROW = "baskets-row"
    PRODUCT = "baskets-product"
    COMPANIONS = "baskets-companions"


def opens(place: Any) -> dict[str, Any]:
    """Return the id of the button that opens a bundle of the summary."""
    return {"baskets-open": 1, "place": place}


def layout() -> html.Div:
    """Return the tab without a number in it; what was found is hidden until it is there."""
    return html.Div(
        [
            dcc.Store(id=Ids.JOB),
            dcc.Store(id=Ids.RUN),
            dcc.Store(id=Ids.STEPS),
            dcc.Store(id=Ids.CHOSEN),
            dcc.Store(id=Ids.REFRESHED),
            dcc.Store(id=Ids.PLANNED),
            dcc.Store(id=Ids.ROW),
            dcc.Interval(id=Ids.POLL, interval=POLL_MS, disabled=True),
            _head(),
            html.Div(
                [_summary(), _rules(), _simulator(), _companions(), *_charts()],
                id=Ids.FOUND,
                className="grid c12",
                hidden=True,
            ),
        ],
        className="grid baskets",
    )


def _head() -> Component:
    kinds = segmented(BASKETS, "What lies in baskets", ITEMS, "product")
    days = dbc.Select(
        id=Ids.DAYS,
        options=[{"value": key, "label": text} for key, text in BASKET_OF.items()],
        value="0",
        class_name="rule-select",
    )
    progress = html.Div(
        [
            html.Progress(
                id=Ids.BAR,
                value="0",
                max="100",
                className="basket-bar",
                **attributes(aria_label="How far the search for rules is"),
            ),
            html.Div(id=Ids.PULSE, className="basket-pulse"),
            html.Div(
                [
                    html.Span(id=Ids.DOING, className="sub", **attributes(aria_live="polite")),
                    html.Button([icon("stop-circle"), "Stop"], id=Ids.STOP, className="button"),
                ],
                className="button-row",
            ),
        ],
        id=Ids.PROGRESS,
        className="basket-progress",
        hidden=True,
    )  # fmt: skip
    return html.Section(
        [
            *gate(BASKETS),
            html.Div(
                [
                    kinds,
                    labelled("What a basket is", days),
                    html.Button(
                        [icon("arrow-clockwise"), "Find rules"],
                        id=Ids.AGAIN,
                        className="button primary",
                        hidden=True,
                    ),
                ],
                className="button-row",
            ),
            progress,
            html.P("\u00a0", id=Ids.STATE, className="basket-state", **attributes(
                aria_live="polite")),
        ],
        className="tile c12",
        **attributes(aria_label="What is looked for", data_tile=BASKETS),
    )  # fmt: skip


def _summary() -> Component:
    return html.Section(
        [
            html.H2("Bundles most worth trying"),
            html.Ol(id=Ids.SUMMARY, className="basket-bundles"),
        ],
        className="tile c12",
        **attributes(aria_label="Bundles most worth trying"),
    )


def _slider(id_: str, text: str, label: str) -> Component:
    return html.Div(
        [
            html.Div(
                [html.Span(label), html.Span("\u00a0", id=text, className="slider-value")],
                className="slider-head",
            ),
            dcc.Slider(
                id=id_, min=0, max=1, step=1, value=0, marks=None, included=True,
                allow_direct_input=False,
            ),
        ],
        className="basket-slider",
        role="group",
        **attributes(aria_label=label),
    )  # fmt: skip


def _rules() -> Component:
    sliders = html.Div(
        [
            _slider(Ids.SUPPORT, Ids.SUPPORT_TEXT, "Support at least"),
            _slider(Ids.CONFIDENCE, Ids.CONFIDENCE_TEXT, "Confidence at least"),
            _slider(Ids.LIFT, Ids.LIFT_TEXT, "Lift at least"),
        ],
        className="basket-sliders",
    )
    grid = server_grid(
        Ids.RULES,
        height=430,
        column={"width": 112, "autoHeaderHeight": True},
        options={"tooltipShowDelay": 300},
        getRowId="params.data.id",
        eventListeners={"cellKeyDown": ["openRule(params)"]},
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Rules"),
                    html.Div("\u00a0", id=Ids.COUNT, className="sub", **attributes(
                        aria_live="polite")),
                ],
                className="tile-heading",
            ),
            sliders,
            grid,
        ],
        className="tile c12 members",
        **attributes(aria_label="Rules"),
    )  # fmt: skip


def _percent(id_: str, label: str, value: float, most: int) -> Component:
    entry = dbc.InputGroup(
        [
            dbc.Input(
                id=id_, type="number", value=value, min=0, max=most, step="any", debounce=400
            ),
            dbc.InputGroupText("%"),
        ],
        class_name="rule-amount",
    )
    return html.Label([html.Span(label, className="sub"), entry], className="basket-share")


def _simulator() -> Component:
    return html.Section(
        [
            html.H2("What a bundle would bring"),
            html.Div("Open a rule above, or choose two to four products", className="sub"),
            html.Div(
                dcc.Dropdown(
                    id=Ids.PARTS, options=[], multi=True, placeholder="Products of the bundle",
                    className="rule-names",
                ),
                **attributes(aria_label="Products of the bundle"), role="group",
            ),
            html.Div(
                [
                    _percent(Ids.DISCOUNT, "Discount on the bundle", 10, 90),
                    _percent(Ids.TAKE_UP, "Expected take-up", 5, 100),
                ],
                className="button-row",
            ),
            html.Div(id=Ids.BUNDLE, className="basket-bundle", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Button(
                        [icon("bookmark-plus"), "Save as a segment"], id=Ids.SAVE,
                        className="button", disabled=True,
                    ),
                    html.Button(
                        [icon("clipboard-data"), "Plan an experiment"], id=Ids.PLAN,
                        className="button", disabled=True,
                        title="Saves the segment and opens a plan with this bundle's figures",
                    ),
                    author_entry(Ids.AUTHOR),
                ],
                className="button-row",
            ),
            html.Div(id=Ids.SAVED, className="sub", **attributes(aria_live="polite")),
        ],
        className="tile c6 basket-simulator",
        **attributes(aria_label="What a bundle would bring"),
    )  # fmt: skip


def _companions() -> Component:
    return html.Section(
        [
            html.H2("One product"),
            html.Div("What goes with it, and what replaces it", className="sub"),
            html.Div(
                dcc.Dropdown(
                    id=Ids.PRODUCT, options=[], placeholder="Choose a product",
                    className="rule-names",
                ),
                **attributes(aria_label="Product"), role="group",
            ),
            html.Div(id=Ids.COMPANIONS, className="companions", **attributes(aria_live="polite")),
        ],
        className="tile c6",
        **attributes(aria_label="One product"),
    )  # fmt: skip


def _charts() -> list[Component]:
    return [
        chart_tile(
            NETWORK, "Products that sell together",
            "Larger: more revenue; thicker: higher lift; colour: a community",
            columns=7, height=440, lazy=True,
        ),
        chart_tile(
            HEAT, "Categories that sell together", "Orders with both, to those by chance",
            columns=5, height=440, lazy=True,
        ),
    ]  # fmt: skip


def bundle_card(place: int, title: str, reason: str, worth: str, worth_note: str) -> Component:
    """
    Return one bundle worth trying.

    Args:
        place: From 0; of the button that opens it.
        title: Its products.
        reason: Why, in a sentence or two.
        worth: What it would bring, at a glance.
        worth_note: Interval and assumptions.
    """
    return html.Li(
        [
            html.Div(
                [
                    html.Button(title, id=opens(place), className="bundle-title"),
                    html.Div(reason, className="bundle-reason"),
                ]
            ),
            html.Div(
                [html.Div(worth, className="saved-count"), html.Div(worth_note, className="sub")],
                className="bundle-worth",
            ),
        ]
    )


def bundle_answer(lines: list[str], numbers: list[tuple[str, str, str]]) -> list[Component]:
    """Return what a bundle would bring: numbers with their intervals, then sentences."""
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Div(label, className="sub"),
                        html.Div(value, className="kpi-value"),
                        html.Div(note, className="sub"),
                    ]
                )
                for label, value, note in numbers
            ],
            className="bundle-numbers",
        ),
        *[html.P(line) for line in lines],
    ]


def companion_table(head: str, rows: list[tuple[str, str, str]], nothing: str) -> Component:
    """
    Return a short table of products.

    Args:
        head: What they are to the product.
        rows: Name, lift, orders.
        nothing: What is said when there is none.
    """
    if not rows:
        return html.Div([html.H3(head), html.P(nothing, className="sub")])
    body = [
        html.Tr([html.Td(name), html.Td(lift, className="number"), html.Td(orders,
                                                                          className="number")])
        for name, lift, orders in rows
    ]  # fmt: skip
    heads = ["Product", "Lift", "Orders"]
    return html.Div(
        [
            html.H3(head),
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [
                                html.Th(name, scope="col", className="number" if at else "")
                                for at, name in enumerate(heads)
                            ]
                        )
                    ),
                    html.Tbody(body),
                ],
                className="plain-table",
            ),
        ]
    )


def switch_id() -> dict[str, Any]:
    """Return the id of the switch between products and categories."""
    return tile("switch", BASKETS)
