"""The matrix of the Products tab before its data: cells, the policy of one, its products."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, chart_tile, gate, icon, waiting
from layouts.grids import server_grid

MATRIX = "products-matrix"
LIST = "products-list"
CELLS = ("AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new")
ALL = "all"
POLICY_PARTS = {
    "stock": "Stock",
    "review": "Review",
    "price": "Price",
    "range": "List or delist",
}


class Ids(StrEnum):
    """Parts of the matrix besides its tiles."""

    CELL = "products-cell-chosen"
    HEADLINES = "products-headlines"
    POLICY = "products-policy-held"
    READING = "products-policy-reading"
    HEADLINE = "products-policy-headline"
    EDIT = "products-policy-edit"
    CANCEL = "products-policy-cancel"
    SAVE = "products-policy-save"
    RESET = "products-policy-reset"
    AUTHOR = "products-author"
    TABLE = "products-table"
    COUNT = "products-count"
    EVERY = "products-every"
    CSV = "products-csv"
    EXCEL = "products-excel"
    EXPORT_STATE = "products-export-state"
    REFRESHED = "products-refreshed"
    PICKED = "products-picked"
    JOB = "products-job"
    JOB_STATE = "products-job-state"
    JOB_STOP = "products-job-stop"
    JOB_CLOCK = "products-job-clock"


def cell(name: Any) -> dict[str, Any]:
    """Id of the button of a cell."""
    return {"type": "products-cell", "cell": name}


def axis(name: Any) -> dict[str, Any]:
    """Id of the words at the edge of the matrix: `A` to `C`, `X` to `Z`."""
    return {"type": "products-axis", "axis": name}


def policy_part(part: Any) -> dict[str, Any]:
    """Id of what the policy's tile shows: `reading` or `form`."""
    return {"type": "products-policy-part", "part": part}


def policy_text(part: Any) -> dict[str, Any]:
    """Id of the field of a part of the policy."""
    return {"type": "products-policy-text", "part": part}


def layout() -> html.Div:
    """Return the view without a number in it."""
    stores = [
        dcc.Store(id=Ids.CELL, data="AX"),
        dcc.Store(id=Ids.HEADLINES),
        dcc.Store(id=Ids.POLICY),
        dcc.Store(id=Ids.REFRESHED),
        dcc.Store(id=Ids.JOB),
        dcc.Interval(id=Ids.JOB_CLOCK, interval=800, disabled=True),
    ]
    return html.Div(
        [
            *stores,
            chart_tile(
                MATRIX, "Which products matter, and how evenly do they sell?", columns=8,
                height=470, lazy=True, over=_cells(),
            ),
            _policy(),
            _list(),
        ],
        className="grid",
    )  # fmt: skip


def _cells() -> html.Div:
    """Return the buttons of the cells with the words at their edges, filled by the browser."""
    parts: list[Component] = [html.Div(className="matrix-corner")]
    parts += [_edge(name, "matrix-column") for name in "XYZ"]
    for row in "ABC":
        parts.append(_edge(row, "matrix-row"))
        parts += [_cell(f"{row}{column}") for column in "XYZ"]
    parts += [_edge("new", "matrix-row"), _cell("new")]
    return html.Div(
        parts, className="matrix", role="group", **attributes(aria_label="Cells of the matrix")
    )


def _edge(name: str, place: str) -> html.Div:
    return html.Div([html.B(cell_name(name)), html.Span()], id=axis(name), className=place)


def _cell(name: str) -> html.Button:
    """Return a cell whose words the browser writes itself: a drawn drag leaves no time for Dash."""
    lines = [
        html.Span(
            [html.Span(measure, className="matrix-label"), html.B(), html.Span()],
            className=f"matrix-line matrix-{measure.lower()}",
        )
        for measure in ("Products", "Revenue", "Margin", "Units")
    ]
    return html.Button(
        [
            html.Span([html.B(cell_name(name)), html.Span()], className="matrix-name"),
            html.Span(lines, className="matrix-lines"),
        ],
        id=cell(name),
        className="matrix-cell",
    )


def _policy() -> html.Section:
    reading = html.Div(
        [
            waiting([html.Div(id=Ids.READING, className="playbook")]),
            html.Button([icon("pencil"), "Edit this policy"], id=Ids.EDIT, className="button"),
        ],
        id=policy_part("reading"),
    )
    areas = [
        _labelled(label, dcc.Textarea(id=policy_text(part), rows=3, maxLength=1_000,
                                      className="text-input", style={"width": "100%"}))
        for part, label in POLICY_PARTS.items()
    ]  # fmt: skip
    form = html.Div(
        [
            _labelled(
                "In short",
                dcc.Input(id=Ids.HEADLINE, type="text", maxLength=40, className="text-input"),
            ),
            *areas,
            _labelled(
                "Saving as",
                dcc.Input(
                    id=Ids.AUTHOR, type="text", placeholder="your name", maxLength=80,
                    persistence=True, persistence_type="local", className="text-input",
                ),
            ),
            html.Div(
                [
                    html.Button("Save policy", id=Ids.SAVE, className="button primary"),
                    html.Button("Cancel", id=Ids.CANCEL, className="button"),
                    html.Button("Back to the original", id=Ids.RESET, className="button"),
                ],
                className="actions",
            ),
        ],
        id=policy_part("form"),
        className="playbook-form",
        hidden=True,
    )  # fmt: skip
    return html.Section(
        [html.Div(html.H2("What to do with them"), className="tile-head"), reading, form],
        className="tile c4",
        **attributes(aria_label="Policy of the cell"),
    )


def policy_reading(
    name: str, headline: str, texts: Mapping[str, str], state: str
) -> list[Component]:
    """
    Return a policy as it is read.

    Args:
        name: Of the cell.
        headline: In short.
        texts: Part of `POLICY_PARTS` -> what it says.
        state: Whose text it is.
    """
    parts: list[Component] = [html.H3(f"{cell_name(name)}: {headline}", className="playbook-name")]
    for part, label in POLICY_PARTS.items():
        parts += [html.H3(label), html.P(texts[part])]
    return [*parts, html.P(state, className="sub")]


def cell_name(name: str) -> str:
    """Return what readers call a cell."""
    return "New" if name == "new" else name


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label([html.Span(label, className="field-label"), control], className="field")


def _list() -> html.Section:
    head = html.Div(
        [
            html.Div(
                [
                    html.H2("Products"),
                    html.Div(id=Ids.COUNT, className="sub", **attributes(aria_live="polite")),
                ],
                className="tile-heading",
            ),
            html.Div(
                [
                    html.Button("All products", id=Ids.EVERY, className="button"),
                    html.Button([icon("download"), "CSV"], id=Ids.CSV, className="button"),
                    html.Button([icon("download"), "Excel"], id=Ids.EXCEL, className="button"),
                ],
                className="button-row",
            ),
        ],
        className="tile-head",
    )
    state = html.Div(id=Ids.EXPORT_STATE, className="sub", **attributes(aria_live="polite"))
    job = html.Div(
        [
            html.Div(id=Ids.JOB_STATE, className="sub", **attributes(aria_live="polite")),
            html.Button("Stop", id=Ids.JOB_STOP, className="button small", hidden=True),
        ],
        className="cuts-row",
    )
    grid = server_grid(Ids.TABLE, height=460, options={"headerHeight": 60})
    return html.Section(
        [*gate(LIST, seen=False), head, state, job, grid],
        className="tile c12 members",
        **attributes(aria_label="Products of the cell", data_tile=LIST, data_lazy="yes"),
    )
