"""A group looked at closer, and made a segment."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update

from analytics.cluster_models import rule_tree
from analytics.cluster_segments import save_members, save_rule
from analytics.reports.shell import shell_facts
from callbacks import _clusters_views as views
from callbacks._clusters_shown import KNOWN, grouping
from clickhouse_schema.errors import MadeError
from clickhouse_schema.made.things import Author
from layouts import clusters_results as drawn
from layouts.clusters import Ids, save_as


@callback(
    Output(Ids.DETAIL, "children"),
    Input(Ids.CLOSER, "value"),
    State(Ids.FOUND, "data"),
)
def look_closer(chosen: Any, found: Any) -> Any:
    """Show one group closer."""
    try:
        made = grouping(found)
    except KNOWN as error:
        return str(error)
    place = int(chosen) if str(chosen).isdigit() else 1
    if made is None or not 1 <= place <= len(made.body["clusters"]):
        return no_update
    return drawn.closer(views.closer_of(made.id, made.body, place))


@callback(
    Output(Ids.SAVED, "children"),
    Input(save_as(ALL, ALL), "n_clicks"),
    State(Ids.FOUND, "data"),
    State(Ids.NAME, "value"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
def save_segment(clicks: Any, found: Any, name: Any, author: Any) -> Any:
    """Make a group a segment: its rule, or its customers of today."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
        return no_update
    who = Author.of(author if isinstance(author, str) else None)
    called = name.strip() if isinstance(name, str) else ""
    try:
        made = grouping(found)
        place = pressed.get("cluster")
        if made is None or type(place) is not int or not 1 <= place <= len(made.body["clusters"]):
            return no_update
        if pressed.get("what") == "members":
            kept = save_members(made, place, shell_facts(), who, called)
        else:
            tree = rule_tree(made.body, place)
            if tree is None:
                return "This rule cannot be built as a segment's. Save its customers instead."
            kept = save_rule(made, place, tree, who, called)
    except (MadeError, *KNOWN) as error:
        return str(error)
    return drawn.saved(kept.name, kept.id, kept.owner)


@callback(
    Output(Ids.SAVED, "children", allow_duplicate=True),
    Input(Ids.CLOSER, "value"),
    prevent_initial_call=True,
)
def forget_saved(chosen: Any) -> list[Any]:
    """Take away what was said of another group's segment."""
    return []
