"""One experiment's page: to run it, to read it, to pass it on and to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, chart_tile, gate, icon
from layouts.experiments_list import state_mark
from layouts.segments_builder import FILE_COLUMNS
from layouts.segments_rule import labelled

PAGE = "experiments-page"
LIFTS = "experiments-lifts"
PARTS = "experiments-parts"
PARTS_SUBTITLE = (
    "Lift per segment at the start; pale ones may be chance when all are looked at together"
)


class Ids(StrEnum):
    """Parts of an experiment's page."""

    OPEN = "experiments-open"
    HEAD = "experiments-head"
    RUN = "experiments-run"
    DONE = "experiments-done"
    UPLOAD = "experiments-upload"
    UPLOAD_ROW = "experiments-upload-row"
    UPLOADED = "experiments-uploaded"
    UPLOAD_TOLD = "experiments-upload-told"
    EXPORTED = "experiments-exported"
    FILE = "experiments-file"
    FILE_POLL = "experiments-file-poll"
    FILE_ROW = "experiments-file-row"
    FILE_TOLD = "experiments-file-told"
    FILE_LINK = "experiments-file-link"
    FILE_STOP = "experiments-file-stop"
    VERDICT = "experiments-verdict"
    NUMBERS = "experiments-page-numbers"
    TABLE = "experiments-table"
    HISTORY = "experiments-history"
    PRINTED = "experiments-printed"


def do(what: Any) -> dict[str, Any]:
    """Return the id of a button that changes the experiment: `start`, `stop`, `conclude`."""
    return {"type": "experiments-do", "what": what}


def entry(what: Any) -> dict[str, Any]:
    """Return the id of an entry beside such buttons: `first-day`, `columns`."""
    return {"type": "experiments-entry", "what": what}


def file_button(format_: Any) -> dict[str, Any]:
    """Return the id of the button for a file of the arms."""
    return {"type": "experiments-export", "format": format_}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its cells as text."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A version of an experiment: what was done, when, what differs."""

    done: str
    at: str
    differences: tuple[str, ...]


def layout() -> html.Div:
    """Return the page without an experiment."""
    return html.Div(
        [
            *gate(PAGE, seen=False),
            *[dcc.Store(id=one)
              for one in (Ids.OPEN, Ids.DONE, Ids.UPLOADED, Ids.EXPORTED, Ids.PRINTED)],
            html.Section(id=Ids.HEAD, className="tile c12", **attributes(aria_label="Experiment")),
            html.Section(
                [html.Div(id=Ids.RUN), _file(), _upload()],
                className="tile c12 experiment-run",
                **attributes(aria_label="Run"),
            ),
            html.Section(
                [
                    html.H2("Verdict"),
                    html.P(" ", id=Ids.VERDICT, className="sentence",
                           **attributes(aria_live="polite")),
                    html.Div(id=Ids.NUMBERS, className="number-cards four"),
                ],
                className="tile c12",
                **attributes(aria_label="Verdict"),
            ),
            chart_tile(
                LIFTS, "What it changed", "Lift against the control; thick: 95% at the planned "
                "end, thin: 95% however often one looks; shaded: as planned",
                columns=6, height=280, lazy=True,
            ),
            chart_tile(
                PARTS, "For whom it worked", PARTS_SUBTITLE, columns=6, height=280, lazy=True,
            ),
            html.Section(
                [html.H2("Every way to measure it"),
                 html.Div(id=Ids.TABLE, className="scrolled", tabIndex=0)],
                className="tile c8",
                **attributes(aria_label="Every way to measure it"),
            ),
            html.Section(
                [html.H2("Who did what"), html.Div(id=Ids.HISTORY)],
                className="tile c4",
                **attributes(aria_label="Who did what"),
            ),
        ],
        className="grid experiment-page",
        **attributes(data_tile=PAGE, data_lazy="yes"),
    )  # fmt: skip


def _file() -> Component:
    """Return how far a large workbook is, which is made in the background."""
    return html.Div(
        [
            dcc.Store(id=Ids.FILE, storage_type="session"),
            dcc.Interval(id=Ids.FILE_POLL, interval=700, disabled=True),
            html.Span(id=Ids.FILE_TOLD, **attributes(aria_live="polite")),
            html.Button("Stop", id=Ids.FILE_STOP, className="button small", hidden=True),
            html.A("Download it", id=Ids.FILE_LINK, href="", className="button small",
                   hidden=True),
        ],
        id=Ids.FILE_ROW,
        className="button-row",
        hidden=True,
    )  # fmt: skip


def _upload() -> Component:
    """Return the place to drop a file of results; always there, so that it keeps its state."""
    return html.Div(
        [
            dcc.Upload(
                html.Span(
                    [icon("upload"), " Upload results: customer, arm, converted, revenue"],
                    className="button",
                ),
                id=Ids.UPLOAD,
                max_size=40 * 2**20,
                className="upload",
            ),
            html.Span(id=Ids.UPLOAD_TOLD, className="sub", **attributes(aria_live="polite")),
        ],
        id=Ids.UPLOAD_ROW,
        className="button-row",
        hidden=True,
    )


def head(name: str, state: str, about: str, changed: str) -> list[Component]:
    """Return the heading of an experiment."""
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H2([name, state_mark(state)], className="segment-name"),
                        html.Div(changed, className="sub"),
                    ]
                ),
                html.Button([icon("printer"), "Print"], id=do("print"), className="button"),
            ],
            className="segment-head",
        ),
        html.P(about, className="sentence"),
    ]


def nothing(words: str) -> list[Component]:
    """Return why no experiment is shown."""
    return [
        html.Div(
            [
                html.P(words),
                dcc.Link("See all experiments", href="/experiments?view=list", className="button"),
            ],
            className="empty",
        )
    ]


def draft_steps(
    day: str, first: str, last: str, plan_href: str, balance: Component
) -> list[Component]:
    """
    Return what can be done with a draft: look at the split, then start.

    Args:
        day, first, last: Suggested start and its bounds, ISO days.
        plan_href: Where its plan can be changed.
        balance: The table of the arms.
    """
    return [
        html.H2("Split and start"),
        html.Div(
            [
                html.Span("First day", className="sub"),
                labelled(
                    "First day",
                    dbc.Input(id=entry("first-day"), type="date", value=day, min=first, max=last,
                              class_name="rule-day"),
                ),
                html.Button([icon("play-fill"), "Freeze the arms and start"], id=do("start"),
                            className="button primary"),
                dcc.Link([icon("sliders"), "Change the plan"], href=plan_href,
                         className="button"),
            ],
            className="button-row",
        ),
        html.Div(balance, className="scrolled"),
    ]  # fmt: skip


def run_steps(
    words: str,
    downloads: Sequence[tuple[str, str]],
    deliver_href: str,
    *,
    can_stop: bool,
    can_conclude: bool,
) -> list[Component]:
    """
    Return what can be done with a frozen experiment.

    Args:
        words: How it stands.
        downloads: (label, format) of the files of its arms.
        deliver_href: Where a delivery of its arms is set up.
        can_stop, can_conclude: Whether it runs, and whether its verdict can be kept.
    """
    buttons: list[Component] = [
        labelled(
            "Columns of the file",
            dbc.Select(
                id=entry("columns"),
                options=[{"value": word, "label": text} for word, text in FILE_COLUMNS],
                value=FILE_COLUMNS[0][0],
                class_name="rule-select",
            ),
        ),
        *[
            html.Button([icon("download"), f"Arms as {label}"],
                        id=file_button(format_), className="button")
            for label, format_ in downloads
        ],
        dcc.Link([icon("send"), "Deliver the arms…"], href=deliver_href, className="button"),
    ]  # fmt: skip
    if can_stop:
        buttons.append(html.Button([icon("stop-fill"), "Stop"], id=do("stop"), className="button"))
    if can_conclude:
        buttons.append(
            html.Button([icon("check2-square"), "Write down the verdict"], id=do("conclude"),
                        className="button primary")
        )  # fmt: skip
    return [
        html.H2("Run"),
        html.P(words, className="sub"),
        html.Div(buttons, className="button-row"),
    ]


def table(heads: Sequence[str], lines: Sequence[Line], *, numbers_from: int = 1) -> Component:
    """Return rows of text with the first columns as words and the rest as numbers."""

    def cell(make: Any, place: int, text: str, **more: Any) -> Component:
        made: Component = make(text, className="number" if place >= numbers_from else "", **more)
        return made

    return html.Table(
        [
            html.Thead(html.Tr([cell(html.Th, at, text, scope="col")
                                for at, text in enumerate(heads)])),
            html.Tbody([html.Tr([cell(html.Td, at, text) for at, text in enumerate(line.cells)])
                        for line in lines]),
        ],
        className="plain-table",
    )  # fmt: skip


def history(changes: Sequence[Change]) -> Component:
    """Return who changed what and when, the newest first."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Div(one.done),
                    html.Div(one.at, className="sub"),
                    html.Ul([html.Li(said) for said in one.differences])
                    if one.differences
                    else None,
                ]
            )
            for one in changes
        ],
        className="history",
    )
