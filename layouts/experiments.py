"""
The Experiments tab's frame: all experiments, the plan of a new one, one experiment's page.

The address says which is shown (`?view=plan`, `?view=page&experiment=<id>`), so that an
experiment can be passed on by its link. Hidden ones ask nothing.
"""

from __future__ import annotations

from dash import html

from layouts.subviews import SubView, sub_view_panes, sub_view_row

AUTHOR = "experiments-author"


SUB_VIEWS = (
    SubView("list", "Experiments", "list-check"),
    SubView("plan", "Plan", "sliders"),
    SubView("page", "One experiment", "clipboard-data"),
)


def layout() -> html.Div:
    """Return the tab without a number in it; the address says which sub-view is shown."""
    row = sub_view_row("experiments", SUB_VIEWS, AUTHOR)
    return html.Div([row, *sub_view_panes("experiments", SUB_VIEWS)], className="experiments")
