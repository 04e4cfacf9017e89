"""Kept segments before their data; `callbacks/segments_saved.py` fills the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, chart_tile, gate, icon
from layouts.segments_rule import labelled

SAVED = "segments-saved"
OVERLAP = "segments-overlap"
GROWTH = "segments-growth"


class Ids(StrEnum):
    """Parts of the view of kept segments."""

    CHANGED = "segments-saved-changed"
    SEARCH = "segments-saved-search"
    WHICH = "segments-saved-which"
    LIST = "segments-saved-list"
    SHOWN = "segments-saved-shown"
    HISTORY = "segments-saved-history"
    FIRST = "segments-saved-first"
    SECOND = "segments-saved-second"
    GROWN = "segments-saved-grown"
    SINCE = "segments-saved-since"
    MOVED = "segments-saved-moved"
    GROWTH_JOB = "segments-growth-job"
    GROWTH_DONE = "segments-growth-done"
    GROWTH_POLL = "segments-growth-poll"
    GROWTH_BOX = "segments-growth-box"
    GROWTH_STATE = "segments-growth-state"
    GROWTH_BAR = "segments-growth-bar"
    GROWTH_STOP = "segments-growth-stop"


@dataclass(frozen=True, slots=True)
class Card:
    """A kept segment as drawn: its state in words, its rule, how many are in."""

    id: str
    name: str
    about: str
    sentence: str
    state: str
    version: int
    archived: bool
    customers: str


@dataclass(frozen=True, slots=True)
class Version:
    """
    A line of a history: what was done, when, what differs, and whether one can go back.

    `aside` names a version that was kept aside because another came first; else it is empty.
    """

    version: int
    done: str
    at: str
    differences: tuple[str, ...]
    can_return: bool
    aside: str = ""


def do(what: Any, id_: Any, version: Any) -> dict[str, Any]:
    """Return the id of a button that does something with a version of a segment."""
    return {"type": "saved-do", "what": what, "id": id_, "version": version}


def adopt(id_: Any, version: Any, revision: Any) -> dict[str, Any]:
    """Return the id of a button that makes a version kept aside the newest, after `version`."""
    return {"type": "saved-adopt", "id": id_, "version": version, "revision": revision}


def layout() -> html.Div:
    """Return the view without a segment."""
    return html.Div(
        [
            *gate(SAVED, seen=False),
            dcc.Store(id=Ids.CHANGED),
            dcc.Store(id=Ids.SHOWN),
            _list(),
            html.Section(
                [html.H2("History"), html.Div(history(None, ()), id=Ids.HISTORY)],
                className="tile c5",
                **attributes(aria_label="History", aria_live="polite"),
            ),
            chart_tile(
                OVERLAP, "How two segments overlap", "Customers; areas are true to the counts",
                columns=6, height=300, lazy=True,
                controls=_choices((("First segment", Ids.FIRST), ("Second segment", Ids.SECOND))),
            ),
            chart_tile(
                GROWTH, "How a segment grew", "Members at each month's end, as known then",
                columns=6, height=248, lazy=True, controls=_growth_controls(),
            ),
        ],
        className="grid saved-segments",
        **attributes(data_tile=SAVED, data_lazy="yes"),
    )  # fmt: skip


def _list() -> Component:
    which = dbc.RadioItems(
        id=Ids.WHICH,
        options=[{"value": "kept", "label": "In use"}, {"value": "archived", "label": "Archive"}],
        value="kept",
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    search = dbc.Input(
        id=Ids.SEARCH,
        type="search",
        placeholder="Search by name",
        debounce=250,
    )
    head = html.Div(
        [
            html.H2("Saved segments"),
            html.Div(
                [
                    labelled("Search segments by name", search),
                    html.Div(which, role="group", **attributes(aria_label="In use or archive")),
                ],
                className="button-row",
            ),
        ],
        className="segment-head saved-head",
    )
    return html.Section(
        [head, html.Div(id=Ids.LIST, className="saved-list", **attributes(aria_live="polite"))],
        className="tile c7",
        **attributes(aria_label="Saved segments"),
    )


def _choices(choices: Sequence[tuple[str, str]]) -> Component:
    return html.Div(
        [
            labelled(label, dbc.Select(id=id_, options=[], class_name="rule-select"))
            for label, id_ in choices
        ],
        className="button-row",
    )


def _growth_controls() -> Component:
    since = dbc.Input(id=Ids.SINCE, type="date", class_name="rule-day")
    return html.Div(
        [
            _choices((("Segment", Ids.GROWN),)),
            html.Span("Joined and left since", className="sub"),
            labelled("Joined and left since", since),
            html.Div(id=Ids.MOVED, className="moved", **attributes(aria_live="polite")),
            _growth_state(),
        ],
        className="button-row",
    )


def _growth_state() -> Component:
    """Return where it is told how far a long look back is, hidden until there is one."""
    bar = html.Div(
        html.Div(id=Ids.GROWTH_BAR, className="progress-bar"),
        className="progress run-bar",
        **attributes(aria_hidden="true"),
    )
    said = [
        html.Span(id=Ids.GROWTH_STATE, **attributes(aria_live="polite")),
        html.Button("Stop", id=Ids.GROWTH_STOP, className="button small"),
    ]
    return html.Div(
        [
            dcc.Store(id=Ids.GROWTH_JOB),
            dcc.Store(id=Ids.GROWTH_DONE),
            dcc.Interval(id=Ids.GROWTH_POLL, interval=700, disabled=True),
            html.Div(said, className="export-said sub"),
            bar,
        ],
        id=Ids.GROWTH_BOX,
        className="growth-state",
        hidden=True,
    )


def cards(found: Sequence[Card], *, archive: bool, searched: bool) -> list[Component]:
    """Return kept segments as cards, or why there are none."""
    if not found:
        text = "No segment of that name." if searched else "The archive is empty."
        if not archive and not searched:
            text = "Nothing is saved yet. Build a segment and save it: it is then listed here."
        link = dcc.Link("Open the builder", href="/segments?view=builder", className="button")
        return [html.Div([html.P(text), *([] if archive else [link])], className="empty")]
    return [_card(one) for one in found]


def _card(one: Card) -> Component:
    href = f"/segments?view=builder&open={one.id}"
    title = html.H3(one.name if one.archived else dcc.Link(one.name, href=href))
    buttons: list[Component] = []
    if one.archived:
        buttons.append(_button("restore", one, "arrow-counterclockwise", "Restore"))
    else:
        buttons.append(dcc.Link([icon("pencil"), "Open"], href=href, className="button"))
        send = f"/segments?view=deliveries&send={one.id}"
        buttons.append(dcc.Link([icon("send"), "Send…"], href=send, className="button"))
        plan = f"/experiments?view=plan&for=saved:{one.id}"
        buttons.append(
            dcc.Link([icon("clipboard-data"), "Plan an experiment"], href=plan, className="button")
        )
        buttons.append(_button("duplicate", one, "copy", "Duplicate"))
        buttons.append(_button("archive", one, "archive", "Archive"))
    buttons.append(_button("history", one, "clock-history", "History"))
    return html.Article(
        [
            html.Div(
                [
                    title,
                    html.Div(one.state, className="sub"),
                    *([html.Div(one.about)] if one.about else []),
                ]
            ),
            html.Div(
                [one.customers, html.Div("customers", className="sub")] if one.customers else [],
                className="saved-count",
            ),
            html.Div(one.sentence, className="saved-sentence"),
            html.Div(buttons, className="button-row"),
        ],
        className="saved-card",
    )


def _button(what: str, one: Card, sign: str, label: str) -> Component:
    return html.Button(
        [icon(sign), label, html.Span(f" {one.name}", className="visually-hidden")],
        id=do(what, one.id, one.version),
        className="button",
    )


def history(name: str | None, versions: Sequence[Version], id_: str = "") -> list[Component]:
    """Return the history of a segment, the newest version first; `name` None before a choice."""
    if name is None:
        return [html.P("Choose “History” on a segment to see who changed what.", className="sub")]
    newest = max((one.version for one in versions if not one.aside), default=0)
    items = [
        html.Li(
            [
                html.Div([html.B(f"Version {one.version} "), one.done]),
                html.Div(one.at, className="sub"),
                html.Ul([html.Li(said) for said in one.differences]) if one.differences else None,
                html.Button(
                    [icon("arrow-counterclockwise"), "Go back to this"],
                    id={"type": "saved-undo", "id": id_, "version": newest, "to": one.version},
                    className="button small",
                )
                if one.can_return
                else None,
                html.Button(
                    [icon("check-lg"), "Use this one"],
                    id=adopt(id_, newest, one.aside),
                    className="button small",
                )
                if one.aside
                else None,
            ]
        )
        for one in versions
    ]
    return [html.P(name, className="history-name"), html.Ul(items, className="history")]
