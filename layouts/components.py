"""The parts tabs are made of: tiles with a chart, tiles with one number."""

from __future__ import annotations

from typing import Any, Literal

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.ids import tile

_GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["sendChartToCloud"],
    "plotlyServerURL": "",
    "responsive": True,
}
_NOTHING_YET: dict[str, Any] = {
    "data": [],
    "layout": {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    },
}


def attributes(**named: str) -> dict[str, Any]:
    """Return `aria_label="x"` as the `aria-label` that a component takes by keyword."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def icon(name: str, extra: str = "") -> html.I:
    """Return a Bootstrap icon that a screen reader passes over."""
    return html.I(className=f"bi bi-{name} {extra}".strip(), **attributes(aria_hidden="true"))


def gate(name: str, *, seen: bool = True) -> list[Component]:
    """
    Return the stores through which a question reaches the tile `name`.

    Args:
        name: `<tab>-<what>`; the tab's pane must be visible for a question to pass.
        seen: Whether it is in view from the start; otherwise the browser says
            when it comes into view.
    """
    return [store(tile("gate", name)), store(tile("seen", name), seen or None)]


def store(id_: Any, data: Any = None) -> dcc.Store:
    """
    Return a store, without data unless there are some.

    One that begins with data, be it None, has every component look at it once more.
    """
    return dcc.Store(id=id_) if data is None else dcc.Store(id=id_, data=data)


def waiting(children: list[Component]) -> html.Div:
    """
    Return `children` under a skeleton of their size while they are computed.

    The browser marks it while it waits for the server (assets, 15-waiting.js): Dash's own way
    has every such place look at every place whenever anything on the page changes.
    """
    return html.Div(children, className="waiting")


def menu(label: Component, items: list[Component], *, class_name: str = "") -> html.Details:
    """
    Return a menu that opens below its button.

    Nothing is computed of it until it is opened, unlike of Bootstrap's, whose place is worked
    out at every scroll. Clicks elsewhere, Escape and a choice close it (assets, 20-shell.js).

    Args:
        label: What the button shows.
        items: Of `menu_item`, in whatever holds them.
        class_name: Of the button.
    """
    opens = html.Summary(label, className=class_name)
    return html.Details([opens, html.Div(items, className="dropdown-menu")], className="menu")


def menu_item(label: str, id_: Any) -> html.Button:
    """Return one choice of a `menu`."""
    return html.Button(label, id=id_, className="dropdown-item")


def chart_tile(
    name: str,
    title: str,
    subtitle: str = "",
    *,
    columns: int = 8,
    height: int = 300,
    lazy: bool = False,
    clicks: str | None = None,
    controls: Component | None = None,
    over: Component | None = None,
    mode: Literal["chart", "table"] = "chart",
) -> html.Section:
    """
    Return a tile that draws the `ChartView` its callback writes.

    Args:
        name: `<tab>-<what>`.
        title: The question it answers, until the view gives the answer.
        subtitle: The unit.
        columns: Width, of 12.
        height: Of the chart, in pixels.
        lazy: Wait until it comes into view.
        clicks: `countries`, `channels` or `categories`: a click on a mark
            toggles that filter, by the mark's `customdata` or else its label.
        controls: Switches of this tile, under its title.
        over: What lies over the chart: buttons on its marks, for the keyboard too.
        mode: What is shown first.
    """
    heading = html.Div(
        [
            html.H2(title, id=tile("title", name)),
            html.Div(subtitle, id=tile("subtitle", name), className="sub"),
        ],
        className="tile-heading",
    )
    menu = _tile_menu(name, title, mode)
    head: list[Component] = [html.Div([heading, menu], className="tile-head")]
    if controls is not None:
        head.append(html.Div(controls, className="tile-controls"))
    return html.Section(
        [
            *gate(name, seen=not lazy),
            store(tile("mode", name), "table" if mode == "table" else None),
            dcc.Store(id=tile("saved", name)),
            *head,
            _tile_body(name, height, over),
            html.P(id=tile("answer", name), className="visually-hidden"),
        ],
        className=f"tile chart c{columns}",
        **attributes(
            aria_label=title,
            data_tile=name,
            data_clicks=clicks or "",
            data_lazy="yes" if lazy else "",
        ),
    )


def _tile_body(name: str, height: int, over: Component | None) -> html.Div:
    """Return the places of the chart, of its table and of the words when there is neither."""
    return waiting(
        [
            dcc.Store(id=tile("view", name)),
            html.Div(
                [
                    dcc.Graph(
                        id=tile("graph", name),
                        figure=_NOTHING_YET,
                        config=_GRAPH_CONFIG,
                        responsive=True,
                        style={"height": "100%"},
                    ),
                    *([] if over is None else [over]),
                ],
                id=tile("plot", name),
                className="plot",
                style={"height": height},
            ),
            html.Div(
                id=tile("empty", name), className="empty", hidden=True, style={"minHeight": height}
            ),
            html.Div(
                id=tile("table", name),
                className="tile-table",
                hidden=True,
                tabIndex="0",  # it may scroll
                style={"height": height},
            ),
        ]
    )


def _tile_menu(name: str, title: str, mode: str) -> html.Div:
    about = html.Button(
        icon("info-circle"),
        id=tile("about", name),
        className="icon-button",
        title="About this number",
        **attributes(aria_label=f"About {title}"),
    )
    more = menu(
        html.Span([icon("three-dots"), html.Span(f"More on {title}", className="visually-hidden")]),
        [
            menu_item("View as chart" if mode == "table" else "View as table",
                      tile("as-table", name)),
            menu_item("Download CSV", tile("as-csv", name)),
            menu_item("Download PNG", tile("as-png", name)),
        ],
        class_name="icon-button",
    )  # fmt: skip
    return html.Div([about, more], className="tile-menu")


def kpi_tile(name: str, label: str, definition: str, *, columns: int = 3) -> html.Section:
    """
    Return a card that shows the `KpiView` written to its store.

    Args:
        name: `<tab>-<what>`.
        label: Name of the metric.
        definition: Of the metric, in one sentence; shown on hover. A click
            opens where the number comes from.
        columns: Width, of 12.
    """
    return html.Section(
        [
            waiting(
                [
                    dcc.Store(id=tile("view", name)),
                    html.Button(
                        [html.Span(label), icon("info-circle")],
                        id=tile("about", name),
                        className="kpi-label",
                        **attributes(data_tip=definition, aria_label=f"{label}: {definition}"),
                    ),
                    html.Div(
                        [
                            html.Div("\u2013", id=tile("value", name), className="kpi-value"),
                            html.Div(id=tile("spark", name), className="kpi-spark"),
                        ],
                        className="kpi-row",
                    ),
                    html.Div("\u00a0", id=tile("delta", name), className="kpi-delta"),
                ]
            )
        ],
        className=f"tile kpi c{columns}",
        **attributes(aria_label=label, data_tile=name),
    )


def author_entry(id_: str) -> html.Div:
    """Return where a reader says by which name they save; other tabs learn what is entered."""
    return html.Div(
        [
            html.Label("Saving as", htmlFor=id_, className="sub"),
            dcc.Input(
                id=id_, type="text", placeholder="your name", maxLength=80, debounce=True,
                persistence=True, persistence_type="local", className="text-input",
            ),
        ],
        className="author",
    )  # fmt: skip


def segmented(name: str, label: str, options: dict[str, str], value: str) -> html.Div:
    """
    Return a switch of a tile between a few ways to look at it.

    Args:
        name: Of the tile; the switch's id is `tile("switch", name)`.
        label: What is switched, for a screen reader.
        options: Value -> what it is called.
        value: The one chosen first.
    """
    switch = dbc.RadioItems(
        id=tile("switch", name),
        options=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    return html.Div(switch, role="group", **attributes(aria_label=label))
