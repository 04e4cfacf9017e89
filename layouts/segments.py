"""
The Segments tab's frame: a row of sub-views, one of them shown.

A sub-view is a line in `SUB_VIEWS` and two modules of its word: `layouts/segments_<word>.py`
with `layout()`, and `callbacks/segments_<word>.py`, which `callbacks/segments.py` imports.
All are mounted with the tab and then only hidden and shown, in the browser; the address
says which (`?view=<word>`). While one is hidden its tiles must ask nothing: make them
`lazy=True`, and give whatever is no tile a `gate(name, seen=False)` on an element with
`data-tile="<name>"` and `data-lazy="yes"`. Who saves something signs as `AUTHOR`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.components import attributes, author_entry, icon
from layouts.subviews import SubView

AUTHOR = "segments-author"


SUB_VIEWS = (
    SubView("rfm", "RFM", "grid-3x3"),
    SubView("builder", "Builder", "funnel"),
    SubView("saved", "Saved segments", "bookmark"),
    SubView("deliveries", "Deliveries", "send"),
)


def sub_view(part: str, view: Any) -> dict[str, Any]:
    """Id of a part of a sub-view: `nav` or `pane`."""
    return {"type": f"segments-view-{part}", "view": view}


def layout() -> html.Div:
    """Return the tab without a number in it; the address says which sub-view is shown."""
    links = [
        dbc.NavLink(
            [icon(view.icon), html.Span(view.label)],
            id=sub_view("nav", view.word),
            href=f"/segments?view={view.word}",
            active=view is SUB_VIEWS[0],
            class_name="subview-link",
        )
        for view in SUB_VIEWS
    ]
    panes = [
        html.Div(
            import_module(f"layouts.segments_{view.word}").layout(),
            id=sub_view("pane", view.word),
            className="subview",
            hidden=True,
        )
        for view in SUB_VIEWS
    ]
    row = html.Div(
        [
            html.Nav(links, className="subviews", **attributes(aria_label="Views of segments")),
            author_entry(AUTHOR),
        ],
        className="subview-row",
    )
    return html.Div([row, *panes], className="segments")
