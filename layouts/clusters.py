"""The Clusters tab before its data; `callbacks/clusters.py` fills it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, author_entry, gate, icon

FRAME = "clusters-frame"
PROFILE = "clusters-profile"
PARALLEL = "clusters-parallel"
MAP = "clusters-map"
TRIED = "clusters-tried"
SILHOUETTE = "clusters-silhouette"
MOVES = "clusters-moves"

QUICK = 500  # milliseconds between two looks at a running job
ABOUT = {"value": "Value", "behaviour": "Behaviour", "taste": "Taste", "own": "Own choice"}
MEANING = {
    "value": "How recently, how often and for how much they bought.",
    "behaviour": "How long they have been customers, how far their orders lie apart, how much is "
    "in a basket, how much is discounted or sent back, and through which channels they order.",
    "taste": "What share of their money goes to each of the largest categories.",
    "own": "Choose two to eight things yourself.",
}


class Ids(StrEnum):
    """Parts of the tab besides its tiles."""

    ABOUT = "clusters-about"
    MEANING = "clusters-meaning"
    OWN = "clusters-own"
    OWN_FIELD = "clusters-own-field"
    WHOM = "clusters-whom"
    FIND = "clusters-find"
    STOP = "clusters-stop"
    JOB = "clusters-job"
    POLL = "clusters-poll"
    PROGRESS = "clusters-progress"
    BAR = "clusters-bar"
    DOING = "clusters-doing"
    ERROR = "clusters-error"
    FOUND = "clusters-found"
    CHANGED = "clusters-changed"
    RESULT = "clusters-result"
    CLOSER = "clusters-closer"
    DETAIL = "clusters-detail"
    SAVED = "clusters-saved"
    KEPT = "clusters-kept"
    DRIFT = "clusters-drift"
    OTHER = "clusters-other"
    EARLY = "clusters-early"
    AUTHOR = "clusters-author"
    NAME = "clusters-segment-name"
    COMPARE = "clusters-compare"
    COMPARE_JOB = "clusters-compare-job"
    COMPARE_POLL = "clusters-compare-poll"
    COMPARED = "clusters-compared"
    COMPARING = "clusters-comparing"
    COMPARE_STOP = "clusters-compare-stop"


def do(what: Any, id_: Any) -> dict[str, Any]:
    """Return the id of a button that does something with a kept grouping."""
    return {"type": "clusters-do", "what": what, "id": id_}


def save_as(what: Any, cluster: Any) -> dict[str, Any]:
    """Return the id of a button that makes a group a segment: its `rule` or its `members`."""
    return {"type": "clusters-save", "what": what, "cluster": cluster}


def layout() -> html.Div:
    """Return the tab without a group in it; results are laid out when there are some."""
    return html.Div(
        [
            *gate(FRAME),
            dcc.Store(id=Ids.JOB, storage_type="local"),
            dcc.Store(id=Ids.FOUND),
            dcc.Store(id=Ids.CHANGED),
            dcc.Interval(id=Ids.POLL, interval=QUICK, disabled=True),
            _ask(),
            html.Div(id=Ids.RESULT, className="grid c12 clusters-result"),
            # Fetches the drawing library while a reader still chooses.
            html.Div(dcc.Graph(id=Ids.EARLY), hidden=True),
        ],
        className="grid clusters",
        **attributes(data_tile=FRAME),
    )


def _ask() -> html.Section:
    """Return where groups are asked for, and what the job of it does."""
    about, own = _about(), _own_choice()
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("What should the groups be about?"),
                            html.Div(id=Ids.WHOM, className="sub"),
                        ],
                        className="tile-heading",
                    ),
                    html.Button(
                        [icon("magic"), "Find groups"], id=Ids.FIND, className="button primary"
                    ),
                ],
                className="tile-head clusters-ask-head",
            ),
            html.Div(
                [
                    html.Div(about, role="group", **attributes(aria_label="What groups are about")),
                    author_entry(Ids.AUTHOR),
                ],
                className="clusters-about-row",
            ),
            html.P(MEANING["value"], id=Ids.MEANING, className="sub clusters-meaning"),
            own,
            _progress(),
            html.Div(id=Ids.ERROR, className="field-error", role="alert"),
        ],
        className="tile c12",
        **attributes(aria_label="Find groups of customers"),
    )


def _about() -> Component:
    """Return the choice of what groups are about."""
    entry: Component = dbc.RadioItems(
        id=Ids.ABOUT,
        options=[{"value": word, "label": label} for word, label in ABOUT.items()],
        value="value",
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    return entry


def _own_choice() -> Component:
    """Return where features are chosen one by one, hidden until that is asked for."""
    features = dcc.Dropdown(
        id=Ids.OWN, options=[], value=[], multi=True, searchable=True, placeholder="Two to eight"
    )
    return html.Div(
        [html.Div("Group them by", className="field-label"), features],
        id=Ids.OWN_FIELD,
        className="field clusters-own",
        hidden=True,
        role="group",
        **attributes(aria_label="Features of an own choice"),
    )


def _progress() -> Component:
    return html.Div(
        [
            html.Div(
                html.Div(id=Ids.BAR, className="clusters-done", style={"width": "0%"}),
                className="clusters-bar",
            ),
            html.Div(id=Ids.DOING, className="sub", **attributes(aria_live="polite")),
            html.Button([icon("stop-circle"), "Stop"], id=Ids.STOP, className="button"),
        ],
        id=Ids.PROGRESS,
        className="clusters-progress",
        hidden=True,
    )
