"""Groups as they are shown: cards, one looked at closer, the groupings that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.clusters import (
    MAP,
    MOVES,
    PARALLEL,
    PROFILE,
    QUICK,
    SILHOUETTE,
    TRIED,
    Ids,
    do,
    save_as,
)
from layouts.components import attributes, chart_tile, icon
from layouts.segments_rule import labelled

MOST_COLOURS = 6


@dataclass(frozen=True, slots=True)
class GroupCard:
    """
    A group as drawn.

    Attributes:
        number: From 1; also its colour.
        name, size, money: "Big, frequent", "9,748 customers, 39.0%", "€9.60M, 74.8% of revenue".
        rule: Who is in it, in a sentence.
        fidelity: How well that says it.
        advice: What to do.
    """

    number: int
    name: str
    size: str
    money: str
    rule: str
    fidelity: str
    advice: str


@dataclass(frozen=True, slots=True)
class Uneven:
    """What a group buys more or less of than everybody: names, shares, in words."""

    title: str
    over: tuple[str, ...]
    under: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closer:
    """
    One group looked at closer.

    Attributes:
        number, name: Which.
        columns: Headings of the table of typical customers.
        typical: Its rows.
        mixes: Categories, channels, countries.
        rule: Whether its rule can be built as a segment's.
        plan: Where an experiment on it is planned.
        about: On how many customers the shares rest.
    """

    number: int
    name: str
    columns: tuple[str, ...]
    typical: tuple[tuple[str, ...], ...]
    mixes: tuple[Uneven, ...]
    rule: bool
    plan: str
    about: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A kept grouping: its name, what is said of it, whether it is shown or in use."""

    id: str
    name: str
    said: str
    shown: bool
    used: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """
    What was found, on top of everything.

    Attributes:
        title: The answer.
        about: Of whom, when, by what.
        clear: Whether there are groups.
        stable: How stable they are, in a sentence.
        took: How they were chosen, in a sentence.
    """

    title: str
    about: str
    clear: bool
    stable: str
    took: str


def swatch(number: int) -> html.Span:
    """Return a small mark in a group's colour."""
    shown = number if number <= MOST_COLOURS else "other"
    return html.Span(className=f"swatch group-{shown}", **attributes(aria_hidden="true"))


def results(summary: Summary, cards: Sequence[GroupCard]) -> list[Component]:
    """Return everything that is shown of a grouping, its charts not yet drawn."""
    tall = max(300, 60 + 50 * len(cards))
    return [
        _summary(summary),
        html.Div([_card(one) for one in cards], className="c12 group-cards"),
        chart_tile(
            PROFILE, "What sets them apart?", columns=7, lazy=True, height=tall
        ),
        chart_tile(
            PARALLEL, "The groups side by side", columns=5, lazy=True,
            height=tall,
        ),
        chart_tile(
            MAP, "A map of customers", "Each point is a customer of a sample", columns=7, lazy=True,
            height=420,
        ),
        _closer(cards),
        html.Details(
            [
                html.Summary([icon("gear"), "How this was chosen"]),
                html.P(summary.took, className="sub"),
                html.Div(
                    [
                        chart_tile(
                            TRIED, "What was tried", columns=8, lazy=True, height=300
                        ),
                        chart_tile(
                            SILHOUETTE, "How clear is each group?", columns=4, lazy=True, height=300
                        ),
                    ],
                    className="grid",
                ),
            ],
            className="tile c12 clusters-how",
        ),
        _kept(),
    ]  # fmt: skip


def _summary(summary: Summary) -> html.Section:
    said: list[Component] = [
        html.H2(summary.title),
        html.Div(summary.about, className="sub"),
        html.Div(summary.stable, className="clusters-stable"),
    ]
    if not summary.clear:
        said.append(
            html.Div(
                [
                    icon("exclamation-triangle"),
                    html.Div(
                        "What is shown is the best attempt. Groups of it may differ when the data "
                        "changes a little: better use segments by recency, frequency and money."
                    ),
                    dcc.Link(
                        "Open the RFM segments", href="/segments?view=rfm", className="button"
                    ),
                ],
                className="banner clusters-unclear",
            )
        )
    return html.Section(said, className="tile c12 clusters-summary")


def _card(one: GroupCard) -> html.Article:
    return html.Article(
        [
            html.H3([swatch(one.number), one.name]),
            html.Div([html.B(one.size), html.Span(one.money)], className="group-size"),
            html.P(one.rule, className="group-rule"),
            html.P(one.fidelity, className="sub"),
            html.P(one.advice, className="group-advice"),
        ],
        className="tile group-card",
    )


def _closer(cards: Sequence[GroupCard]) -> html.Section:
    choose = dbc.Select(
        id=Ids.CLOSER,
        options=[{"value": str(one.number), "label": one.name} for one in cards],
        value="1",
        class_name="rule-select",
    )
    return html.Section(
        [
            html.Div(
                [html.H2("A group looked at closer"), labelled("Which group", choose)],
                className="segment-head",
            ),
            html.Div(id=Ids.DETAIL),
            html.Div(id=Ids.SAVED, className="clusters-saved", **attributes(aria_live="polite")),
        ],
        className="tile c5 clusters-closer",
        **attributes(aria_label="A group looked at closer"),
    )


def closer(one: Closer) -> list[Component]:
    """Return one group looked at closer."""
    head = html.Tr([html.Th(name, scope="col") for name in one.columns])
    rows = [html.Tr([html.Td(cell) for cell in row]) for row in one.typical]
    return [
        html.H3([swatch(one.number), "Typical customers"]),
        html.Div(
            html.Table(
                [html.Thead(head), html.Tbody(rows)],
                className="plain-table",
            ),
            className="clusters-typical",
            tabIndex="0",
        ),
        *[_uneven(mix) for mix in one.mixes],
        html.P(one.about, className="sub"),
        *_saving(one),
    ]


def _saving(one: Closer) -> list[Component]:
    """Return what makes a group a segment in one click, under a name if one is typed."""
    buttons: list[Component] = []
    if one.rule:
        buttons.append(_save("rule", one.number, "funnel", "Save its rule as a segment"))
    buttons.append(_save("members", one.number, "people", "Save its customers of today"))
    buttons.append(
        dcc.Link([icon("clipboard-data"), "Plan an experiment"], href=one.plan, className="button")
    )
    name = dcc.Input(
        id=Ids.NAME, type="text", maxLength=120, className="text-input",
        placeholder=f"{one.name}, unless you type another",
    )  # fmt: skip
    return [
        html.Div(
            [html.Label("Name of the segment", htmlFor=Ids.NAME, className="sub"), name],
            className="clusters-name",
        ),
        html.Div(buttons, className="button-row"),
    ]


def _save(what: str, number: int, sign: str, label: str) -> html.Button:
    return html.Button([icon(sign), label], id=save_as(what, number), className="button")


def _uneven(mix: Uneven) -> Component:
    parts: list[Component] = [html.H3(mix.title)]
    if not mix.over and not mix.under:
        parts.append(html.P("As everybody.", className="sub"))
    if mix.over:
        parts.append(html.P([html.B("More: "), "; ".join(mix.over)]))
    if mix.under:
        parts.append(html.P([html.B("Less: "), "; ".join(mix.under)]))
    return html.Div(parts, className="group-mix")


def saved(name: str, segment: str, owner: str) -> Component:
    """Return where a segment that was just made can be used."""
    return html.Div(
        [
            html.Span(f"“{name}” is saved, owned by {owner}."),
            dcc.Link(
                [icon("pencil"), "Open it"],
                href=f"/segments?view=builder&open={segment}",
                className="button",
            ),
            dcc.Link(
                [icon("clipboard-data"), "Plan an experiment"],
                href=f"/experiments?view=plan&for=saved:{segment}",
                className="button",
            ),
            dcc.Link(
                [icon("send"), "Deliver it"],
                href=f"/segments?view=deliveries&send={segment}",
                className="button",
            ),
            html.A(
                [icon("download"), "Download CSV"],
                href=f"/downloads/segment/{segment}?format=csv",
                className="button",
                download="",
            ),
        ],
        className="button-row",
    )


def _kept() -> html.Section:
    return html.Section(
        [
            html.H2("Kept groupings"),
            html.Div(
                "New customers are placed by the grouping in use, without a new fit.",
                className="sub",
            ),
            html.Div(id=Ids.KEPT, className="kept-groupings"),
            html.Div(
                "Looking how far customers have moved since …", id=Ids.DRIFT, className="sub",
                **attributes(aria_live="polite"),
            ),
            html.Div(_compared(), id=Ids.COMPARE, hidden=True),
        ],
        className="tile c12 clusters-kept",
        **attributes(aria_label="Kept groupings"),
    )  # fmt: skip


def _compared() -> list[Component]:
    """Return who is where in another grouping; shown once there is another."""
    return [
        dcc.Store(id=Ids.COMPARE_JOB),
        dcc.Store(id=Ids.COMPARED),
        dcc.Interval(id=Ids.COMPARE_POLL, interval=QUICK, disabled=True),
        html.Div(
            [
                html.Span("Who is where, compared with", className="sub"),
                labelled(
                    "Compared with which grouping",
                    dbc.Select(id=Ids.OTHER, options=[], class_name="rule-select"),
                ),
                html.Button(
                    [icon("stop-circle"), "Stop"], id=Ids.COMPARE_STOP, className="button",
                    hidden=True,
                ),
                html.Span(id=Ids.COMPARING, className="sub", **attributes(aria_live="polite")),
            ],
            className="button-row",
        ),
        chart_tile(MOVES, "Who moved?", columns=12, lazy=True, height=300),
    ]  # fmt: skip


def kept(rows: Sequence[KeptRow]) -> list[Component]:
    """Return the kept groupings."""
    return [_row(one) for one in rows]


def _row(one: KeptRow) -> Component:
    buttons: list[Component] = []
    if not one.shown:
        buttons.append(_act("open", one, "eye", "Show"))
    if not one.used:
        buttons.append(_act("use", one, "check2-circle", "Use"))
    buttons.append(_act("archive", one, "archive", "Archive"))
    marks = [html.Span(text, className="mark") for text, yes in
             (("shown", one.shown), ("in use", one.used)) if yes]  # fmt: skip
    return html.Div(
        [
            html.Div([html.B(one.name), *marks, html.Div(one.said, className="sub")]),
            html.Div(buttons, className="button-row"),
        ],
        className="kept-grouping",
    )


def _act(what: str, one: KeptRow, sign: str, label: str) -> html.Button:
    return html.Button(
        [icon(sign), label, html.Span(f" {one.name}", className="visually-hidden")],
        id=do(what, one.id),
        className="button small",
    )


def nothing_found() -> Component:
    """Return what stands there before the first groups."""
    return html.Div(
        [
            icon("diagram-3"),
            html.P(
                "Press “Find groups”: customers who are alike are put together, named and "
                "explained. How many groups there are is found out, not asked."
            ),
        ],
        className="empty tile c12",
    )
