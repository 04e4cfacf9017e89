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

from dash import html

from layouts.subviews import SubView, sub_view_panes, sub_view_row

AUTHOR = "segments-author"


SUB_VIEWS = (
    SubView("rfm", "RFM", "grid-3x3"),
    SubView("builder", "Builder", "funnel"),
    SubView("saved", "Saved segments", "bookmark"),
    SubView("deliveries", "Deliveries", "send"),
)


def layout() -> html.Div:
    """Return the tab without a number in it; the address says which sub-view is shown."""
    row = sub_view_row("segments", SUB_VIEWS, AUTHOR)
    return html.Div([row, *sub_view_panes("segments", SUB_VIEWS)], className="segments")
