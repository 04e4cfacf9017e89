"""The sub-views of a tab: a row of links, and a pane for each, laid out by its own module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts.components import attributes, author_entry, icon


@dataclass(frozen=True, slots=True)
class SubView:
    """
    One way to look at what a tab is about.

    Attributes:
        word: In the address, and of its modules.
        label: What the row calls it.
        icon: Name of a Bootstrap icon, without `bi-`.
    """

    word: str
    label: str
    icon: str


def sub_view(tab: str, part: str, view: Any) -> dict[str, Any]:
    """Return the id of a part of a tab's sub-view: its link, `nav`, or its `pane`."""
    return {"type": f"{tab}-view-{part}", "view": view}


def sub_view_row(tab: str, views: Sequence[SubView], author: str = "") -> html.Div:
    """
    Return the links to a tab's sub-views, the first one active until the address says.

    Args:
        tab: Its word.
        views: In their order.
        author: Id of the field that says by which name a reader saves; empty for none.
    """
    links = [
        dbc.NavLink(
            [icon(view.icon), html.Span(view.label)],
            id=sub_view(tab, "nav", view.word),
            href=f"/{tab}?view={view.word}",
            active=view is views[0],
            class_name="subview-link",
        )
        for view in views
    ]
    row: list[Component] = [
        html.Nav(links, className="subviews", **attributes(aria_label=f"Views of {tab}"))
    ]
    if author:
        row.append(author_entry(author))
    return html.Div(row, className="subview-row")


def sub_view_panes(tab: str, views: Sequence[SubView]) -> list[html.Div]:
    """Return a pane for each sub-view, of `layouts/<tab>_<word>.py`; the address opens one."""
    return [
        html.Div(
            import_module(f"layouts.{tab}_{view.word}").layout(),
            id=sub_view(tab, "pane", view.word),
            className="subview",
            hidden=True,
        )
        for view in views
    ]
