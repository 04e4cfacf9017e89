"""Deliveries before their data; `callbacks/segments_deliveries.py` fills the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, gate, icon, waiting
from layouts.segments_builder import FILE_COLUMNS

DELIVERIES = "segments-deliveries"
TO = {"folder": "A folder", "webhook": "A webhook"}
FORMATS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "Excel"}
OFTEN = {"hand": "When I say so", "day": "Every day", "week": "Every week"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL_TIME = "02:00"
# Milliseconds between two looks: usually, while a receiver is waited for, while something runs.
SLOW, WAITING, QUICK = 30_000, 5_000, 1_000

Tone = Literal["good", "bad", "busy", "calm"]
_SIGNS: dict[Tone, str] = {
    "good": "check-circle-fill",
    "bad": "exclamation-triangle-fill",
    "busy": "arrow-repeat",
    "calm": "dash-circle",
}


class Ids(StrEnum):
    """Parts of the view."""

    POLL = "segments-deliveries-poll"
    SHOWN = "segments-deliveries-shown"
    CHANGED = "segments-deliveries-changed"
    WANTED = "segments-deliveries-wanted"
    EDITED = "segments-deliveries-edited"
    HEAD = "segments-deliveries-head"
    SEGMENT = "segments-deliveries-segment"
    COLUMNS = "segments-deliveries-columns"
    ABOUT = "segments-deliveries-about"
    TO = "segments-deliveries-to"
    FORMAT = "segments-deliveries-format"
    URL = "segments-deliveries-url"
    BATCH = "segments-deliveries-batch"
    OFTEN = "segments-deliveries-often"
    WEEKDAY = "segments-deliveries-weekday"
    TIME = "segments-deliveries-time"
    NAME = "segments-deliveries-name"
    PLACE = "segments-deliveries-place"
    SENTENCE = "segments-deliveries-sentence"
    ERROR = "segments-deliveries-error"
    SEND = "segments-deliveries-send"
    SAVE = "segments-deliveries-save"
    NEW = "segments-deliveries-new"
    LIST = "segments-deliveries-list"
    LOG = "segments-deliveries-log"
    KEY = "segments-deliveries-key"
    KEY_TEXT = "segments-deliveries-key-text"
    KEY_COPY = "segments-deliveries-key-copy"
    KEY_DONE = "segments-deliveries-key-done"


# What a reader fills in, in the order that callbacks take them.
FORM = (
    Ids.SEGMENT, Ids.COLUMNS, Ids.TO, Ids.FORMAT, Ids.URL, Ids.BATCH, Ids.OFTEN, Ids.WEEKDAY,
    Ids.TIME, Ids.NAME,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """
    A delivery as drawn.

    Attributes:
        sentence: What it sends where and when.
        next_run: When it comes next, in words.
        last_run: How its last run ended, in words; empty before the first.
        tone: Of that.
        paused: Whether its schedule rests; None when it has none.
        webhook: Whether it posts, and so has a secret.
        readable: Whether it can be sent at all.
    """

    id: str
    version: int
    name: str
    sentence: str
    next_run: str
    last_run: str
    tone: Tone
    paused: bool | None
    webhook: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class RunLine:
    """
    A run as drawn.

    Attributes:
        state: In a word or two.
        tone: Of it.
        head: Which delivery, of which segment.
        told: What happened, in sentences.
        when: When it began; who or what wanted it.
        percent: How far it is; None unless it is being sent.
        acts: (what a button does, its label), of `stop`, `continue` and `replay`.
    """

    id: str
    state: str
    tone: Tone
    head: str
    told: str
    when: tuple[str, str]
    percent: float | None
    acts: tuple[tuple[str, str], ...]


def do(what: Any, id_: Any, version: Any) -> dict[str, Any]:
    """Return the id of a button that does something with a delivery."""
    return {"type": "delivery-do", "what": what, "id": id_, "version": version}


def act(what: Any, run: Any) -> dict[str, Any]:
    """Return the id of a button that does something with a run."""
    return {"type": "delivery-run", "what": what, "run": run}


def part(name: Any) -> dict[str, Any]:
    """Return the id of a part of the form that is shown or not: `folder`, `webhook` ..."""
    return {"type": "delivery-part", "part": name}


def layout() -> html.Div:
    """Return the view without a delivery."""
    return html.Div(
        [
            *gate(DELIVERIES, seen=False),
            *[dcc.Store(id=one) for one in (Ids.SHOWN, Ids.CHANGED, Ids.WANTED, Ids.EDITED)],
            dcc.Interval(id=Ids.POLL, interval=SLOW, disabled=True),
            _form(),
            html.Div([_list(), _log()], className="c7 rule-column"),
            _secret(),
        ],
        className="grid deliveries",
        **attributes(data_tile=DELIVERIES, data_lazy="yes"),
    )


def _form() -> Component:
    columns = dict(FILE_COLUMNS)
    webhook = [
        _field("Address", dbc.Input(id=Ids.URL, type="url", placeholder="https://...",
               maxlength=2000, debounce=300)),
        _field("Members in one post", dbc.Input(id=Ids.BATCH, type="number", min=1, max=10_000,
               step=1, value=1000, debounce=300, class_name="short-input")),
        html.Div("Posts are signed. The secret to check them with is shown once, when you save.",
                 className="sub"),
    ]  # fmt: skip
    when = [
        html.Div(
            _field("Day", dbc.Select(
                id=Ids.WEEKDAY, value="0",
                options=[{"value": str(at), "label": day} for at, day in enumerate(WEEKDAYS)],
            )),
            id=part("week"), hidden=True,
        ),
        _field("Time", dbc.Input(id=Ids.TIME, type="time", value=USUAL_TIME,
               class_name="short-input")),
    ]  # fmt: skip
    return html.Section(
        [
            html.H2("New delivery", id=Ids.HEAD),
            html.Div(
                [
                    _field("Segment", dbc.Select(id=Ids.SEGMENT, options=[],
                           placeholder="Choose a saved segment")),
                    _switch("Columns for", Ids.COLUMNS, columns, FILE_COLUMNS[0][0]),
                    html.Div(id=Ids.ABOUT, className="sub"),
                    _switch("Send to", Ids.TO, TO, "folder"),
                    html.Div(
                        [_switch("File", Ids.FORMAT, FORMATS, "csv"),
                         html.Div(id=Ids.PLACE, className="sub place")],
                        id=part("folder"), className="form-part",
                    ),
                    html.Div(webhook, id=part("webhook"), className="form-part", hidden=True),
                    _switch("When", Ids.OFTEN, OFTEN, "hand"),
                    html.Div(when, id=part("schedule"), className="form-part in-a-row",
                             hidden=True),
                    _field("Name", dbc.Input(id=Ids.NAME, maxlength=120, debounce=300,
                           placeholder="Named after the segment and where it goes")),
                ],
                className="delivery-form",
            ),
            html.P("\u00a0", id=Ids.SENTENCE, className="delivery-sentence",
                   **attributes(aria_live="polite")),
            html.Div(id=Ids.ERROR, className="rule-problem", role="alert"),
            _buttons(),
        ],
        className="tile c5 delivery-new",
        **attributes(aria_label="A delivery"),
    )  # fmt: skip


def _buttons() -> Component:
    return html.Div(
        [
            html.Button([icon("send"), "Save and send now"], id=Ids.SEND,
                        className="button primary"),
            html.Button("Save", id=Ids.SAVE, className="button"),
            html.Button("Cancel", id=Ids.NEW, className="button", hidden=True),
        ],
        className="button-row",
    )  # fmt: skip


def _field(label: str, entry: Component) -> Component:
    return html.Label([html.Span(label, className="field-label"), entry], className="field")


def _switch(label: str, id_: str, options: dict[str, str], value: str) -> Component:
    switch = dbc.RadioItems(
        id=id_,
        options=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    return html.Div(
        [
            html.Span(label, className="field-label"),
            html.Div(switch, role="group", **attributes(aria_label=label)),
        ],
        className="field",
    )


def _list() -> Component:
    return html.Section(
        [html.H2("Deliveries"), waiting([html.Div(id=Ids.LIST, className="saved-list")])],
        className="tile delivery-list",
        **attributes(aria_label="Deliveries"),
    )


def _log() -> Component:
    return html.Section(
        [
            html.H2("What was sent"),
            html.Div(id=Ids.LOG, **attributes(aria_live="polite")),
        ],
        className="tile",
        **attributes(aria_label="What was sent"),
    )


def _secret() -> Component:
    body = [
        html.P(
            "The receiver checks each post with this secret. It is shown now and never again: "
            "copy it to the receiver. If it is lost, give the delivery a new one."
        ),
        html.Div(
            [
                html.Code(id=Ids.KEY_TEXT, className="secret-text", tabIndex="0"),
                html.Button([icon("copy"), "Copy"], id=Ids.KEY_COPY, className="button"),
            ],
            className="secret-row",
        ),
    ]  # fmt: skip
    dialog: Component = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("The secret of this webhook"), close_button=False),
            dbc.ModalBody(body),
            dbc.ModalFooter(html.Button("I have it", id=Ids.KEY_DONE, className="button primary")),
        ],
        id=Ids.KEY,
        is_open=False,
        centered=True,
        backdrop="static",
    )
    return dialog


def delivery_cards(found: Sequence[DeliveryCard]) -> list[Component]:
    """Return deliveries as cards, or what to do when there are none."""
    if not found:
        said = "Nothing is set up yet. Choose a segment, say where it goes, and send it."
        return [html.Div([icon("send"), html.P(said)], className="empty")]
    return [_card(one) for one in found]


def _card(one: DeliveryCard) -> Component:
    buttons: list[Component] = []
    if one.readable:
        buttons += [
            _button("send", one, "send", "Send now"),
            _button("edit", one, "pencil", "Edit"),
        ]
    if one.paused is not None:
        buttons.append(
            _button("resume", one, "play-fill", "Resume")
            if one.paused
            else _button("pause", one, "pause-fill", "Pause")
        )
    if one.webhook:
        buttons.append(_button("secret", one, "key", "New secret"))
    buttons.append(_button("archive", one, "archive", "Remove"))
    last = [html.Div([_sign(one.tone), one.last_run], className="state-line")]
    return html.Article(
        [
            html.Div(
                [
                    html.H3(one.name),
                    html.Div(one.sentence),
                    html.Div([icon("calendar-event"), one.next_run], className="state-line sub"),
                    *(last if one.last_run else []),
                ],
                className="delivery-text",
            ),
            html.Div(buttons, className="button-row"),
        ],
        className="saved-card",
    )


def _button(what: str, one: DeliveryCard, sign: str, label: str) -> Component:
    return html.Button(
        [icon(sign), label, html.Span(f" {one.name}", className="visually-hidden")],
        id=do(what, one.id, one.version),
        className="button",
    )


def _sign(tone: Tone) -> Component:
    return icon(_SIGNS[tone], f"tone-{tone}")


def run_lines(found: Sequence[RunLine]) -> list[Component]:
    """Return the log of runs, the last begun first."""
    if not found:
        return [html.P("Each run is listed here with its counts and outcome.", className="sub")]
    return [html.Ul([_run(one) for one in found], className="run-log")]


def _run(one: RunLine) -> Component:
    far = round(one.percent or 0)
    bar = html.Div(
        html.Div(className="progress-bar", style={"width": f"{max(far, 2)}%"}),
        className="progress run-bar",
        role="progressbar",
        **attributes(
            aria_label=f"{one.head}: how far", aria_valuenow=str(far), aria_valuemin="0",
            aria_valuemax="100",
        ),
    )  # fmt: skip
    buttons = [
        html.Button(
            [label, html.Span(f" {one.head}", className="visually-hidden")],
            id=act(what, one.id),
            className="button small",
        )
        for what, label in one.acts
    ]
    return html.Li(
        [
            html.Div([_sign(one.tone), html.B(one.state)], className="state-line"),
            html.Div([html.Div(said) for said in one.when], className="sub run-when"),
            html.Div([html.Div(one.head, className="run-head"), html.Div(one.told)]),
            html.Div(buttons, className="button-row"),
            *([bar] if one.percent is not None else []),
        ]
    )
