"""The frame's callbacks: nearly all run in the browser; only mounting a tab asks the server."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dash import (
    ALL,
    MATCH,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    html,
    no_update,
)

from analytics.reports.segment_filter import segment_choices
from analytics.reports.shell import ShellFacts, shell_facts
from clickhouse_schema.errors import WarehouseError
from layouts.filters import SegmentChoice, customer_options, filter_bar
from layouts.ids import Shell, pane, tile
from layouts.segments_builder import Ids as Builder
from layouts.segments_saved import Ids as Kept
from layouts.shell import shell, stamp_text
from layouts.tabs import TABS


def page() -> html.Div:
    """
    Return the page for one visit: the frame, knowing what is loaded now.

    A warehouse that cannot be asked still gives a page, which says so.
    """
    try:
        facts = shell_facts()
    except WarehouseError as error:
        return html.Div(
            [html.H1("Clientele"), html.P(str(error)), html.P("Reload this page to try again.")],
            className="empty",
            role="alert",
        )
    if facts.empty:
        return shell({"version": facts.version}, None, "No data yet", is_sample=False)
    default = facts.default_filters()
    bar = filter_bar(
        first_day=facts.data.first_day,
        today=facts.data.today,
        start=default.start,
        end=default.end,
        countries=facts.countries,
        channels=facts.channels,
        categories=facts.categories,
        segments=_segments(),
    )
    stamp = stamp_text(facts.data.newest_at, facts.data.currency, facts.data.time_zone)
    return shell(bounds(facts), bar, stamp, is_sample=facts.data.is_sample)


def _segments() -> list[SegmentChoice]:
    return [SegmentChoice(one.word, one.name, one.named) for one in segment_choices()]


def bounds(facts: ShellFacts) -> dict[str, Any]:
    """Return what the browser checks an address against."""
    default = facts.default_filters()
    return {
        "version": facts.version,
        "first": facts.data.first_day.isoformat(),
        "today": facts.data.today.isoformat(),
        "start": default.start.isoformat(),
        "end": default.end.isoformat(),
        "countries": list(facts.countries),
        "channels": list(facts.channels),
        "categories": list(facts.categories),
        "of_everybody": [tab.word for tab in TABS if tab.of_everybody],
        "without_grids": [tab.word for tab in TABS if not tab.grids],
    }


@callback(
    Output(pane("body", ALL), "children"),
    Input(Shell.MOUNT_REQUEST, "data"),
    prevent_initial_call=True,
)
def mount(wanted: str | None) -> list[Any]:
    """Send a tab's layout, once, at its first visit."""
    words = [tab.word for tab in TABS]
    if wanted not in words:
        return [no_update] * len(words)
    layout = import_module(f"layouts.{wanted}").layout()
    return [layout if word == wanted else no_update for word in words]


@callback(
    Output(Shell.CUSTOMERS, "options"),
    Input(Kept.CHANGED, "data"),
    Input(Builder.OPENED, "data"),
    prevent_initial_call=True,
)
def refresh_segments(changed: Any, opened: Any) -> Any:
    """Offer the segments anew once one was saved, renamed, archived or restored."""
    try:
        return customer_options(_segments()) if changed or opened else no_update
    except WarehouseError:
        return no_update


def _browser(namespace: str, function: str) -> ClientsideFunction:
    return ClientsideFunction(namespace, function)


clientside_callback(
    _browser("shell", "route"),
    Output(Shell.ACTIVE, "data"),
    Output(pane("pane", ALL), "hidden"),
    Output(pane("nav", ALL), "href"),
    Output(pane("nav", ALL), "active"),
    Input(Shell.LOCATION, "pathname"),
    Input(Shell.LOCATION, "search"),
    State(pane("pane", ALL), "id"),
    State(Shell.BOUNDS, "data"),
)
clientside_callback(
    _browser("shell", "mount"),
    Output(Shell.MOUNT_REQUEST, "data"),
    Input(Shell.ACTIVE, "data"),
    State(Shell.BOUNDS, "data"),
)
clientside_callback(
    _browser("shell", "gates"),
    Output(tile("gate", ALL), "data"),
    Input(Shell.FILTERS, "data"),
    Input(Shell.ACTIVE, "data"),
    Input(tile("seen", ALL), "data"),
    State(tile("gate", ALL), "data"),
)
clientside_callback(
    _browser("shell", "theme"),
    Output(Shell.THEME, "data"),
    Output(Shell.THEME_BUTTON, "children"),
    Input(Shell.THEME_BUTTON, "n_clicks"),
    State(Shell.THEME, "data"),
)
clientside_callback(
    _browser("shell", "toast"),
    Output(Shell.TOASTS, "children"),
    Input(Shell.NOTICE, "data"),
    State(Shell.TOASTS, "children"),
)
clientside_callback(
    _browser("filters", "keep"),
    Output(Shell.LOCATION, "search"),
    Output(Shell.DATES, "start_date"),
    Output(Shell.DATES, "end_date"),
    Output(Shell.PRESET, "value"),
    Output(Shell.COMPARE, "value"),
    Output(Shell.COUNTRIES, "value"),
    Output(Shell.CHANNELS, "value"),
    Output(Shell.CATEGORIES, "value"),
    Output(Shell.CUSTOMERS, "value"),
    Output(Shell.FILTERS, "data"),
    Output(Shell.CHIPS, "children"),
    Output(Shell.NOTICE, "data", allow_duplicate=True),
    Input(Shell.LOCATION, "search"),
    Input(Shell.DATES, "start_date"),
    Input(Shell.DATES, "end_date"),
    Input(Shell.PRESET, "value"),
    Input(Shell.COMPARE, "value"),
    Input(Shell.COUNTRIES, "value"),
    Input(Shell.CHANNELS, "value"),
    Input(Shell.CATEGORIES, "value"),
    Input(Shell.CUSTOMERS, "value"),
    Input(Shell.RESET, "n_clicks"),
    Input({"type": "chip", "list": ALL, "value": ALL}, "n_clicks"),
    Input(tile("graph", ALL), "clickData"),
    State(Shell.CUSTOMERS, "options"),
    State(Shell.BOUNDS, "data"),
    prevent_initial_call="initial_duplicate",
)
clientside_callback(
    _browser("filters", "drawer"),
    Output(Shell.FILTERS_BUTTON, "aria-expanded"),
    Input(Shell.FILTERS_BUTTON, "n_clicks"),
)
clientside_callback(
    _browser("tiles", "paint"),
    Output(tile("graph", MATCH), "figure"),
    Output(tile("plot", MATCH), "hidden"),
    Output(tile("empty", MATCH), "children"),
    Output(tile("empty", MATCH), "hidden"),
    Output(tile("table", MATCH), "children"),
    Output(tile("table", MATCH), "hidden"),
    Output(tile("title", MATCH), "children"),
    Output(tile("subtitle", MATCH), "children"),
    Output(tile("answer", MATCH), "children"),
    Input(tile("view", MATCH), "data"),
    Input(Shell.THEME, "data"),
    Input(tile("mode", MATCH), "data"),
    State(Shell.THEMES, "data"),
    State(tile("title", MATCH), "children"),
    State(tile("subtitle", MATCH), "children"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("tiles", "number"),
    Output(tile("value", MATCH), "children"),
    Output(tile("spark", MATCH), "children"),
    Output(tile("delta", MATCH), "children"),
    Output(tile("value", MATCH), "title"),
    Input(tile("view", MATCH), "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("tiles", "mode"),
    Output(tile("mode", MATCH), "data"),
    Input(tile("as-table", MATCH), "n_clicks"),
    State(tile("mode", MATCH), "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("tiles", "modeLabel"),
    Output(tile("as-table", MATCH), "children"),
    Input(tile("mode", MATCH), "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("tiles", "download"),
    Output(tile("saved", MATCH), "data"),
    Input(tile("as-csv", MATCH), "n_clicks"),
    Input(tile("as-png", MATCH), "n_clicks"),
    State(tile("view", MATCH), "data"),
    State(Shell.FILTERS, "data"),
    State(Shell.THEME, "data"),
    State(Shell.THEMES, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("tiles", "trust"),
    Output(Shell.TRUST, "is_open"),
    Output(Shell.TRUST_BODY, "children"),
    Input(tile("about", ALL), "n_clicks"),
    State(tile("view", ALL), "data"),
    State(Shell.DEFINITIONS, "data"),
    prevent_initial_call=True,
)
