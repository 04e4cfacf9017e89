"""
The Experiments tab's frame: all experiments, the plan of a new one, one experiment's page.

The address says which is shown (`?view=plan`, `?view=page&experiment=<id>`), so that an
experiment can be passed on by its link. Hidden ones ask nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.components import attributes, author_entry, icon
from layouts.subviews import SubView

AUTHOR = "experiments-author"


SUB_VIEWS = (
    SubView("list", "Experiments", "list-check"),
    SubView("plan", "Plan", "sliders"),
    SubView("page", "One experiment", "clipboard-data"),
)


def sub_view(part: str, view: Any) -> dict[str, Any]:
    """Id of a part of a sub-view: `nav` or `pane`."""
    return {"type": f"experiments-view-{part}", "view": view}


def layout() -> html.Div:
    """Return the tab without a number in it; the list is open until the address says."""
    links = [
        dbc.NavLink(
            [icon(view.icon), html.Span(view.label)],
            id=sub_view("nav", view.word),
            href=f"/experiments?view={view.word}",
            active=view is SUB_VIEWS[0],
            class_name="subview-link",
        )
        for view in SUB_VIEWS
    ]
    panes = [
        html.Div(
            import_module(f"layouts.experiments_{view.word}").layout(),
            id=sub_view("pane", view.word),
            className="subview",
            hidden=view is not SUB_VIEWS[0],
        )
        for view in SUB_VIEWS
    ]
    row = html.Div(
        [
            html.Nav(links, className="subviews", **attributes(aria_label="Views of experiments")),
            author_entry(AUTHOR),
        ],
        className="subview-row",
    )
    return html.Div([row, *panes], className="experiments")
