"""The segment builder before its data; `callbacks/segments_builder.py` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.cards import Number, number_cards
from layouts.components import attributes, chart_tile, gate, icon
from layouts.grids import server_grid
from layouts.segments_fields import DEFAULTS
from layouts.segments_rule import labelled

BUILDER = "segments-builder"
WATERFALL = "segments-waterfall"
FILE_COLUMNS = (("generic", "All columns"), ("mailchimp", "Mailchimp"), ("klaviyo", "Klaviyo"))


class Ids(StrEnum):
    """Parts of the builder."""

    DRAFT = "segments-draft"
    SHAPE = "segments-shape"
    QUESTION = "segments-question"
    ANSWERED = "segments-answered"
    REFRESHED = "segments-refreshed"
    OPEN = "segments-open"
    OPENED = "segments-opened"
    DEFAULTS = "segments-defaults"
    TEMPLATES = "segments-templates"
    TEMPLATE_CARDS = "segments-template-cards"
    NEW = "segments-new"
    NAME = "segments-name"
    STATE = "segments-state"
    SENTENCE = "segments-sentence"
    EDITOR = "segments-editor"
    EFFECTS = "segments-effects"
    SPREADS = "segments-spreads"
    KPIS = "segments-kpis"
    SAVE = "segments-save"
    SAVE_AS = "segments-save-as"
    DIALOG = "segments-dialog"
    DIALOG_NAME = "segments-dialog-name"
    DIALOG_ABOUT = "segments-dialog-about"
    DIALOG_OWNER = "segments-dialog-owner"
    DIALOG_ASIDE = "segments-dialog-aside"
    DIALOG_ADOPT = "segments-dialog-adopt"
    DIALOG_DONE = "segments-dialog-done"
    DIALOG_CANCEL = "segments-dialog-cancel"
    DIALOG_ERROR = "segments-dialog-error"
    DIALOG_COPY = "segments-dialog-copy"
    MEMBERS = "segments-members"
    MEMBERS_BOX = "segments-members-box"
    MEMBERS_COUNT = "segments-members-count"
    CSV = "segments-csv"
    EXCEL = "segments-excel"
    PARQUET = "segments-parquet"
    EXPORT_LAYOUT = "segments-export-layout"
    EXPORT = "segments-export"
    EXPORT_POLL = "segments-export-poll"
    EXPORT_READY = "segments-export-ready"
    EXPORT_BOX = "segments-export-box"
    EXPORT_BAR = "segments-export-bar"
    EXPORT_STATE = "segments-export-state"
    EXPORT_STOP = "segments-export-stop"
    EXPORT_AGAIN = "segments-export-again"
    WHY = "segments-why"
    WHY_ANSWER = "segments-why-answer"


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A template as drawn: its word, name, use, and how many it finds now."""

    word: str
    label: str
    why: str
    customers: str


def layout() -> html.Div:
    """Return the builder without a rule."""
    return html.Div(
        [
            *gate(BUILDER, seen=False),
            *_stores(),
            _heading(),
            _templates(),
            html.Div([_rule(), _why()], className="c7 rule-column"),
            html.Div(
                [
                    html.Div(
                        number_cards(_WAITING),
                        id=Ids.KPIS,
                        className="number-cards",
                        **attributes(aria_live="polite"),
                    ),
                    chart_tile(
                        WATERFALL,
                        "Which condition leaves how many",
                        columns=12,
                        height=280,
                        lazy=True,
                    ),
                ],
                className="c5 rule-column",
            ),
            _members(),
            _dialog(),
        ],
        className="grid segment-builder",
        **attributes(data_tile=BUILDER, data_lazy="yes"),
    )


_WAITING = tuple(
    Number(label, "\u2013", "\u00a0", "")
    for label in ("Customers", "Revenue, 12 months", "Average order value", "Revenue at risk")
)


def waiting_cards() -> list[Component]:
    """Return the preview's cards without a number."""
    return number_cards(_WAITING)


def template_cards(cards: Sequence[TemplateCard]) -> list[Component]:
    """Return the templates as buttons with what they find now."""
    return [
        html.Button(
            [
                html.Span(
                    [html.Span(card.label), html.Span(card.customers, className="template-count")],
                    className="template-head",
                ),
                html.Span(card.why, className="sub"),
            ],
            id={"type": "segments-template", "word": card.word},
            className="template",
        )
        for card in cards
    ]


def _stores() -> list[Component]:
    return [
        dcc.Store(id=Ids.DRAFT, storage_type="session"),
        dcc.Store(id=Ids.SHAPE),
        dcc.Store(id=Ids.QUESTION),
        dcc.Store(id=Ids.ANSWERED),
        dcc.Store(id=Ids.REFRESHED),
        dcc.Store(id=Ids.OPEN),
        dcc.Store(id=Ids.OPENED),
        dcc.Store(id=Ids.DEFAULTS, data=DEFAULTS),
        dcc.Store(id=Ids.TEMPLATES),
        dcc.Store(id=Ids.EFFECTS),
        dcc.Store(id=Ids.SPREADS),
    ]


def _heading() -> Component:
    buttons = [
        html.Button([icon("plus-lg"), "New"], id=Ids.NEW, className="button"),
        html.Button("Save as new", id=Ids.SAVE_AS, className="button", hidden=True),
        html.Button("Save segment", id=Ids.SAVE, className="button primary"),
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("New segment", id=Ids.NAME, className="segment-name"),
                            html.Div("Not saved yet", id=Ids.STATE, className="sub"),
                        ]
                    ),
                    html.Div(buttons, className="button-row"),
                ],
                className="segment-head",
            ),
            html.P(
                "\u00a0", id=Ids.SENTENCE, className="sentence", **attributes(aria_live="polite")
            ),
        ],
        className="tile c12",
        **attributes(aria_label="The segment in words"),
    )


def _templates() -> Component:
    return html.Section(
        [
            html.H2("Start from a template"),
            html.Div(id=Ids.TEMPLATE_CARDS, className="templates"),
        ],
        className="tile c12",
        **attributes(aria_label="Templates"),
    )


def _members() -> Component:
    head = html.Div(
        [
            html.Div(
                [html.H2("Members"), html.Div("\u00a0", id=Ids.MEMBERS_COUNT, className="sub")],
                className="tile-heading",
            ),
            html.Div(
                [
                    labelled(
                        "Columns of the file",
                        dbc.Select(
                            id=Ids.EXPORT_LAYOUT,
                            options=[{"value": word, "label": text} for word, text in FILE_COLUMNS],
                            value=FILE_COLUMNS[0][0],
                            class_name="rule-select",
                        ),
                    ),
                    html.Button([icon("download"), "CSV"], id=Ids.CSV, className="button"),
                    html.Button("Excel", id=Ids.EXCEL, className="button"),
                    html.Button("Parquet", id=Ids.PARQUET, className="button"),
                ],
                className="button-row",
            ),
        ],
        className="segment-head",
    )
    return html.Section(
        [head, _export_state(), html.Div(id=Ids.MEMBERS_BOX, className="members-box")],
        className="tile c12 members",
        **attributes(aria_label="Members"),
    )


def members_grid(columns: list[dict[str, Any]]) -> Component:
    """Return the table of members; it asks for its first page as soon as it is on the page."""
    return server_grid(
        Ids.MEMBERS,
        height=420,
        columns=columns,
        column={"minWidth": 112, "flex": 1},
        options={"headerHeight": 60},
    )


def _export_state() -> Component:
    """Return where it is told how far a file is, hidden until one was asked for."""
    bar = html.Div(
        html.Div(id=Ids.EXPORT_BAR, className="progress-bar"),
        className="progress run-bar",
        **attributes(aria_hidden="true"),
    )
    said = [
        html.Span(id=Ids.EXPORT_STATE, **attributes(aria_live="polite")),
        html.Button("Stop", id=Ids.EXPORT_STOP, className="button small", hidden=True),
        html.A("Download it again", id=Ids.EXPORT_AGAIN, href="", hidden=True),
    ]
    return html.Div(
        [
            dcc.Store(id=Ids.EXPORT, storage_type="session"),
            dcc.Store(id=Ids.EXPORT_READY),
            dcc.Interval(id=Ids.EXPORT_POLL, interval=700, disabled=True),
            html.Div(said, className="export-said sub"),
            bar,
        ],
        id=Ids.EXPORT_BOX,
        className="export-state",
        hidden=True,
    )


def _rule() -> Component:
    return html.Section(
        [html.H2("Rule"), html.Div(id=Ids.EDITOR)],
        className="tile",
        **attributes(aria_label="Rule"),
    )


def _why() -> Component:
    return html.Section(
        [
            html.H2("Why in, why out"),
            html.Div("One customer against every condition", className="sub"),
            labelled(
                "Customer id",
                dbc.Input(
                    id=Ids.WHY,
                    type="text",
                    placeholder="Customer id",
                    debounce=400,
                    maxlength=200,
                ),
                "why-input",
            ),
            html.Div(id=Ids.WHY_ANSWER, className="why-answer", **attributes(aria_live="polite")),
        ],
        className="tile why",
        **attributes(aria_label="Why in, why out"),
    )


def _dialog() -> Component:
    body: list[Any] = [
        _line("Name", dbc.Input(id=Ids.DIALOG_NAME, maxlength=120), Ids.DIALOG_NAME),
        _line(
            "What it is for",
            dbc.Textarea(id=Ids.DIALOG_ABOUT, rows=2, maxlength=4000),
            Ids.DIALOG_ABOUT,
        ),
        _line(
            "Owner: who answers for it",
            dbc.Input(id=Ids.DIALOG_OWNER, maxlength=80, placeholder="Whoever saves it"),
            Ids.DIALOG_OWNER,
        ),
        html.Div(id=Ids.DIALOG_ERROR, className="rule-problem", role="alert"),
        html.Button("Use mine instead", id=Ids.DIALOG_ADOPT, className="button adopt", hidden=True),
    ]
    dialog: Component = dbc.Modal(
        [
            dcc.Store(id=Ids.DIALOG_COPY, data=False),
            dcc.Store(id=Ids.DIALOG_ASIDE),
            dbc.ModalHeader(dbc.ModalTitle("Save segment")),
            dbc.ModalBody(body),
            dbc.ModalFooter(
                [
                    html.Button("Cancel", id=Ids.DIALOG_CANCEL, className="button"),
                    html.Button("Save", id=Ids.DIALOG_DONE, className="button primary"),
                ]
            ),
        ],
        id=Ids.DIALOG,
        is_open=False,
        centered=True,
    )
    return dialog


def _line(label: str, entry: Component, id_: str) -> Component:
    return html.Div([html.Label(label, htmlFor=id_), entry], className="dialog-line")
