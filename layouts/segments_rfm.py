"""The RFM view of the Segments tab before its data; `callbacks/segments_rfm.py` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, chart_tile, gate, icon, segmented, waiting
from layouts.figures.segment_colours import SEGMENT_NAMES

RFM = "segments-rfm"
TREEMAP = "segments-treemap"
MAP = "segments-map"
TABLE = "segments-table"
RECENCY = "segments-recency"
FREQUENCY = "segments-frequency"
MONETARY = "segments-monetary"
MOVEMENT = "segments-movement"
HOLDOUT = "segments-holdout"

SIZES = {"customers": "Customers", "revenue": "Revenue"}
VALUES = {"customers": "Customers", "worth": "Money"}
SCORING = {"quintiles": "Fifths of customers", "cuts": "Own cuts"}
RETURNS = {"gross": "Before returns", "net": "Returns taken off"}
NEXT = {"30": "30 days", "60": "60 days", "90": "90 days", "180": "180 days", "365": "A year"}
MEASURES = {
    "recency": ("Recency, in days", "30, 60, 120, 240"),
    "frequency": ("Frequency, in orders", "1, 2, 4, 8"),
    "monetary": ("Monetary value", "100, 250, 500, 1000"),
}


class Ids(StrEnum):
    """Parts of the view besides its tiles."""

    KEPT = "segments-rfm-kept"
    DRAFT = "segments-rfm-draft"
    ASKED = "segments-rfm-asked"
    SNAPSHOT = "segments-rfm-snapshot"
    SCORING = "segments-rfm-scoring"
    RETURNS = "segments-rfm-returns"
    NEXT = "segments-rfm-next"
    SHARED = "segments-rfm-shared"
    CUTS_FORM = "segments-rfm-cuts-form"
    CUTS_APPLY = "segments-rfm-cuts-apply"
    CUTS_ERROR = "segments-rfm-cuts-error"
    TYPED = "segments-rfm-typed"
    BRUSH = "segments-rfm-brush"
    STATE = "segments-rfm-state"
    SAVE = "segments-rfm-save"
    DISCARD = "segments-rfm-discard"
    UNDO = "segments-rfm-undo"
    HISTORY = "segments-rfm-history"
    EARLIER = "segments-rfm-earlier"
    LEFT = "segments-rfm-left"
    CHOICE = "segments-playbook-choice"
    BOOK = "segments-playbook-held"
    READING = "segments-playbook-reading"
    FORM = "segments-playbook-form"
    WHAT = "segments-playbook-what"
    DO = "segments-playbook-do"
    WHOM = "segments-playbook-whom"
    EDIT = "segments-playbook-edit"
    CANCEL = "segments-playbook-cancel"
    SAVE_BOOK = "segments-playbook-save"
    RESET_BOOK = "segments-playbook-reset"


def cell(r: Any, f: Any) -> dict[str, Any]:
    """Id of the button over a cell of the map."""
    return {"type": "segments-cell", "r": r, "f": f}


def cuts_input(measure: Any) -> dict[str, Any]:
    """Id of the field for the cuts of a measure."""
    return {"type": "segments-cuts", "measure": measure}


def playbook_part(part: Any) -> dict[str, Any]:
    """Id of what the playbook shows: `reading` or `form`."""
    return {"type": "segments-playbook-part", "part": part}


def layout() -> html.Div:
    """Return the view without a number in it."""
    tiles = [
        chart_tile(
            TREEMAP, "How large is each segment?", columns=7, height=500, lazy=True,
            controls=segmented(TREEMAP, "What the areas show", SIZES, "customers"),
        ),
        chart_tile(
            MAP, "The map of segments", "Customers by recency and frequency score", columns=5,
            height=352, lazy=True, controls=_map_controls(), over=_cells(),
        ),
        chart_tile(TABLE, "The ten segments", height=372, columns=12, lazy=True, mode="table"),
        chart_tile(
            MOVEMENT, "Who moved?", columns=7, height=470, lazy=True, controls=_movement_controls()
        ),
        _playbook(),
        chart_tile(RECENCY, "Recency", columns=4, height=230, lazy=True),
        chart_tile(FREQUENCY, "Frequency", columns=4, height=230, lazy=True),
        chart_tile(MONETARY, "Monetary value", columns=4, height=230, lazy=True),
        chart_tile(HOLDOUT, "Did the ranking hold?", columns=12, height=330, lazy=True),
    ]  # fmt: skip
    stores = [
        dcc.Store(id=name) for name in (Ids.KEPT, Ids.DRAFT, Ids.ASKED, Ids.TYPED, Ids.SHARED)
    ]
    return html.Div([*stores, _settings(), *tiles], className="grid")


def _settings() -> html.Section:
    """Return when and how customers are judged."""
    own_cuts = html.Div(
        [
            *[_cuts_field(measure, *words) for measure, words in MEASURES.items()],
            html.Button("Score by these", id=Ids.CUTS_APPLY, className="button"),
            html.Div(
                "Four values in ascending order. A value up to the first cut scores 1 and one "
                "above the last scores 5; for recency it is the other way round.",
                className="sub cuts-help",
            ),
            html.Div(id=Ids.CUTS_ERROR, className="field-error", role="alert"),
        ],
        id=Ids.CUTS_FORM,
        className="cuts-form",
        hidden=True,
    )
    controls = [
        _field("Customers as of", _date(Ids.SNAPSHOT, "Day after the newest order")),
        _field("Scores by", _switch(Ids.SCORING, SCORING, "quintiles", "Scores by")),
        _field("Monetary value", _switch(Ids.RETURNS, RETURNS, "gross", "Monetary value")),
        _field("Look ahead", _switch(Ids.NEXT, NEXT, "90", "Length of the next period")),
    ]
    return html.Section(
        [*gate(RFM, seen=False), html.Div(controls, className="settings"), own_cuts],
        className="tile c12",
        **attributes(aria_label="How customers are scored", data_tile=RFM, data_lazy="yes"),
    )


def _field(label: str, control: Component) -> html.Div:
    return html.Div([html.Div(label, className="field-label"), control], className="field")


def _switch(identity: str, options: dict[str, str], value: str, label: str) -> html.Div:
    switch = dbc.RadioItems(
        id=identity,
        options=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    return html.Div(switch, role="group", **attributes(aria_label=label))


def _date(identity: str, placeholder: str) -> dcc.DatePickerSingle:
    return dcc.DatePickerSingle(
        id=identity,
        placeholder=placeholder,
        display_format="D MMM YYYY",
        first_day_of_week=1,
        clearable=True,
    )


def _cuts_field(measure: str, label: str, example: str) -> html.Label:
    identity = cuts_input(measure)
    field = dcc.Input(
        id=identity,
        type="text",
        placeholder=f"such as {example}",
        maxLength=120,
        className="text-input",
    )
    return html.Label([html.Span(label, className="field-label"), field], className="field")


def swatch(word: str) -> html.Span:
    """Return a small mark in a segment's colour."""
    return html.Span(className=f"swatch seg-{word}", **attributes(aria_hidden="true"))


def _map_controls() -> html.Div:
    brushes: list[Any] = [
        {"value": word, "label": html.Span([swatch(word), name])}
        for word, name in SEGMENT_NAMES.items()
    ]
    palette = dbc.RadioItems(
        id=Ids.BRUSH,
        options=brushes,
        value="champions",
        inline=True,
        className="segmented palette",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    buttons = [
        html.Button("Save map", id=Ids.SAVE, className="button primary", disabled=True),
        html.Button("Discard", id=Ids.DISCARD, className="button", disabled=True),
        html.Button(
            [icon("arrow-counterclockwise"), "Undo"], id=Ids.UNDO, className="button", disabled=True
        ),
    ]
    return html.Div(
        [
            html.Div("Choose a segment, then click cells to paint them.", className="sub"),
            html.Div(palette, role="group", **attributes(aria_label="Segment to paint with")),
            html.Div(
                [
                    html.Div(
                        id=Ids.STATE, className="sub map-state", **attributes(aria_live="polite")
                    ),
                    *buttons,
                ],
                className="map-actions",
            ),
            html.Details(
                [html.Summary("Earlier versions"), html.Div(id=Ids.HISTORY, tabIndex="0")],
                className="map-history sub",
            ),
        ],
        className="map-controls",
    )


def map_history(versions: Sequence[tuple[str, Sequence[str]]]) -> Component:
    """
    Return the versions of the map to read.

    Args:
        versions: Who did what when, and a sentence for each difference; the newest first.
    """
    if not versions:
        return html.P("The map was never changed.")
    return html.Ul(
        [
            html.Li([html.Div(done), html.Ul([html.Li(one) for one in told])])
            for done, told in versions
        ]
    )


def _cells() -> html.Div:
    """Return a button over each cell, the highest recency first, as they are read."""
    buttons = [
        html.Button(id=cell(r, f), className="rfm-cell", title=f"Recency {r}, frequency {f}")
        for r in (5, 4, 3, 2, 1)
        for f in (1, 2, 3, 4, 5)
    ]
    return html.Div(
        buttons, className="rfm-cells", role="group", **attributes(aria_label="Cells of the map")
    )


def _movement_controls() -> html.Div:
    values = segmented(MOVEMENT, "What the bands show", VALUES, "customers")
    left = dbc.Select(
        id=Ids.LEFT,
        options=[{"value": word, "label": name} for word, name in SEGMENT_NAMES.items()],
        value="champions",
        class_name="rule-select",
    )
    return html.Div(
        [
            values,
            _field("Since", _date(Ids.EARLIER, "90 days before")),
            html.Label([html.Span("Who left", className="field-label"), left], className="field"),
        ],
        className="movement-controls",
    )


def _playbook() -> html.Section:
    choices: list[Any] = [{"value": word, "label": name} for word, name in SEGMENT_NAMES.items()]
    head = html.Div(
        [
            html.H2("Playbook"),
            html.Div(
                dcc.Dropdown(
                    choices, "champions", id=Ids.CHOICE, clearable=False, searchable=False
                ),
                className="playbook-choice",
                role="group",
                **attributes(aria_label="Segment"),
            ),
        ],
        className="tile-head playbook-head",
    )
    reading = html.Div(
        [
            waiting([html.Div(id=Ids.READING, className="playbook")]),
            html.Button([icon("pencil"), "Edit this text"], id=Ids.EDIT, className="button"),
        ],
        id=playbook_part("reading"),
    )
    form = html.Div(
        [
            _area("What it is", Ids.WHAT, 4),
            _area("What to do, one step per line", Ids.DO, 8),
            _area("Whom it pays to contact", Ids.WHOM, 4),
            html.Div(
                [
                    html.Button("Save text", id=Ids.SAVE_BOOK, className="button primary"),
                    html.Button("Cancel", id=Ids.CANCEL, className="button"),
                    html.Button("Back to the original", id=Ids.RESET_BOOK, className="button"),
                ],
                className="actions",
            ),
        ],
        id=playbook_part("form"),
        className="playbook-form",
        hidden=True,
    )
    return html.Section(
        [dcc.Store(id=Ids.BOOK), head, reading, form],
        className="tile c5",
        **attributes(aria_label="Playbook"),
    )


def playbook_text(
    segment: str, what: str, steps: tuple[str, ...], whom: str, state: str
) -> list[Component]:
    """Return a playbook as it is read; `state` says whose text it is."""
    return [
        html.H3([swatch(segment), SEGMENT_NAMES[segment]], className="playbook-name"),
        html.P(what),
        html.H3("What to do"),
        html.Ol([html.Li(step) for step in steps]),
        html.H3("Whom it pays to contact"),
        html.P(whom),
        html.P(state, className="sub"),
    ]


def _area(label: str, identity: str, rows: int) -> html.Div:
    return html.Div(
        [
            html.Label(label, htmlFor=identity, className="field-label"),
            dcc.Textarea(id=identity, rows=rows, className="text-input", maxLength=12_000),
        ],
        className="field",
    )
