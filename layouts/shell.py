"""The frame around every tab: navigation, filters, stamp, toasts, trust panel."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, icon
from layouts.definitions import (
    BASKET_DEFINITIONS,
    DEFINITIONS,
    EXPERIMENT_DEFINITIONS,
    PRODUCT_DEFINITIONS,
    SEGMENT_DEFINITIONS,
)
from layouts.figures.theme import THEMES
from layouts.filters import filters_button
from layouts.format import day
from layouts.ids import Shell, pane
from layouts.tabs import TABS, Tab

LOADING_HELP = "python -m dashboard load FILE"


def shell(bounds: dict[str, Any], bar: html.Div | None, stamp: str, *, is_sample: bool) -> html.Div:
    """
    Return the page before any tab is open.

    Args:
        bounds: What the browser checks an address against: `first`, `today`,
            `start`, `end` (ISO days, the last two the period shown first),
            `countries`, `channels`, `categories`, `version`, `of_everybody` (words of
            the tabs that a chosen segment does not narrow).
        bar: The filter bar; None when nothing is loaded.
        stamp: Until when the data goes, in which currency and time zone.
        is_sample: Whether this is the sample retailer's data.
    """
    return html.Div(
        [
            *_stores(bounds),
            html.A("Skip to the content", href="#content", className="skip"),
            _sidebar(),
            html.Div(
                [
                    _header(stamp, bar),
                    *([_sample_banner()] if is_sample else []),
                    html.Main(
                        [_pane(tab) for tab in TABS] if bar is not None else _nothing_loaded(),
                        id="content",
                        tabIndex=-1,
                    ),
                ],
                className="main",
            ),
            _trust_panel(),
            html.Div(
                id=Shell.TOASTS, className="toasts", role="status", **attributes(aria_live="polite")
            ),
        ],
        className="shell",
    )


def stamp_text(newest: datetime, currency: str, time_zone: str) -> str:
    """Return the data-as-of stamp in words."""
    return f"Data to {day(newest.date())}, {newest:%H:%M} · {currency} · {time_zone}"


def _stores(bounds: dict[str, Any]) -> list[Component]:
    every = (
        DEFINITIONS
        | SEGMENT_DEFINITIONS
        | PRODUCT_DEFINITIONS
        | BASKET_DEFINITIONS
        | EXPERIMENT_DEFINITIONS
    )
    definitions = {key: asdict(definition) for key, definition in every.items()}
    return [
        dcc.Location(id=Shell.LOCATION, refresh=False),
        dcc.Store(id=Shell.BOUNDS, data=bounds),
        dcc.Store(id=Shell.FILTERS),
        dcc.Store(id=Shell.ACTIVE),
        dcc.Store(id=Shell.MOUNT_REQUEST),
        dcc.Store(id=Shell.THEME, storage_type="local"),
        dcc.Store(id=Shell.THEMES, data=THEMES),
        dcc.Store(id=Shell.DEFINITIONS, data=definitions),
        dcc.Store(id=Shell.NOTICE),
    ]


def _sidebar() -> html.Aside:
    links = [
        dbc.NavLink([icon(tab.icon), html.Span(tab.label)], id=pane("nav", tab.word), href=tab.path)
        for tab in TABS
    ]
    return html.Aside(
        [
            html.Div(["Clientele", html.Small("Customer intelligence")], className="brand"),
            html.Nav(links, className="nav flex-column", **attributes(aria_label="Tabs")),
        ],
        className="side",
    )


def _header(stamp: str, bar: html.Div | None) -> html.Header:
    theme = html.Button(
        icon("moon-stars"),
        id=Shell.THEME_BUTTON,
        className="icon-button theme-button",
        title="Light or dark",
        **attributes(aria_label="Switch between light and dark"),
    )
    top = [
        html.H1(TABS[0].label, id="page-title"),
        html.Div(stamp, id=Shell.STAMP, className="sub stamp"),
        html.Div(className="spacer"),
        *([filters_button()] if bar is not None else []),
        theme,
    ]
    rows: list[Component] = [html.Div(top, className="topline")]
    if bar is not None:
        rows += [bar, html.Div(id=Shell.CHIPS, className="chips")]
    return html.Header(rows, className="topbar")


def _sample_banner() -> html.Aside:
    return html.Aside(
        [
            icon("exclamation-triangle"),
            html.Div(
                [
                    html.Strong("This is sample data of an invented shop. "),
                    "Load your own order lines with ",
                    html.Code(LOADING_HELP),
                    " (CSV, Parquet, JSON lines or Excel); the sample then goes away.",
                ]
            ),
        ],
        id=Shell.SAMPLE_BANNER,
        className="banner",
        **attributes(aria_label="Sample data"),
    )


def _nothing_loaded() -> html.Div:
    return html.Div(
        [
            icon("inbox"),
            html.H2("Nothing is loaded yet"),
            html.P(["Load a file of order lines with ", html.Code(LOADING_HELP), ","]),
            html.P(["or look around with ", html.Code("python -m dashboard sample"), "."]),
            html.P("Then reload this page."),
        ],
        className="empty",
    )


def _pane(tab: Tab) -> html.Div:
    return html.Div(
        html.Div(id=pane("body", tab.word)),
        id=pane("pane", tab.word),
        className="pane",
        hidden=True,
    )


def _trust_panel() -> dbc.Offcanvas:
    return dbc.Offcanvas(
        html.Div(id=Shell.TRUST_BODY),
        id=Shell.TRUST,
        title="About this number",
        placement="end",
        is_open=False,
        scrollable=True,
        labelledby="trust-title",
    )
