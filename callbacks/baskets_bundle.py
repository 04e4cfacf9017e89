"""A rule, a bundle or a product opened: what it would bring, what goes with it, who to address."""

from __future__ import annotations

from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    html,
    no_update,
)

from analytics.reports.baskets_found import (
    bundle_plan,
    companions,
    offered,
    save_bought_without,
    take_up_of,
    try_bundle,
)
from analytics.reports.shell import shell_facts
from callbacks import _baskets_views as views
from callbacks._baskets_run import KNOWN, shown_run
from callbacks._errors import notify, tell_failure
from clickhouse_schema.errors import NameTaken
from clickhouse_schema.made.things import Author
from layouts.baskets import BASKETS, Ids, opens

_NO_SHARES = "Give a discount and a take-up in per cent."
_NO_BUNDLE = "Open a rule or choose products."


@callback(
    Output(Ids.PARTS, "options", allow_duplicate=True),
    Output(Ids.PARTS, "value", allow_duplicate=True),
    Output(Ids.PRODUCT, "options", allow_duplicate=True),
    Output(Ids.PRODUCT, "value", allow_duplicate=True),
    Output(Ids.TAKE_UP, "value"),
    Input(Ids.RULES, "cellClicked"),
    Input(Ids.ROW, "data"),
    Input(opens(ALL), "n_clicks"),
    State(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def open_rule(cell: Any, row: Any, clicks: Any, held: Any) -> Any:
    """Open a rule, clicked or by Enter, or one of the bundles worth trying, to be tried."""
    pressed = ctx.triggered_id
    take_up: float | None
    try:
        run = shown_run(held)
        if isinstance(pressed, dict):
            if not ctx.triggered[0]["value"]:
                return [no_update] * 5
            parts, take_up = views.opened_bundle(run, pressed.get("place"))
        else:
            parts = views.opened_rule(run, row if pressed == Ids.ROW else cell)
            take_up = take_up_of(run, parts[0], parts[-1]) if len(parts) == 2 else None
    except (ValueError, *KNOWN) as error:
        tell_failure(BASKETS, error)
        return [no_update] * 5
    share = no_update if take_up is None else round(100 * take_up, 1)
    options = _offers(held, "", parts)  # with the value: a choice that is not offered is dropped
    return options, parts, options, parts[0], share


def _offers(held: Any, text: Any, value: Any) -> Any:
    chosen = value if isinstance(value, list) else [value]
    numbers = tuple(one for one in chosen if type(one) is int)
    try:
        found = offered(shown_run(held), str(text or "")[:200], numbers)
    except KNOWN:
        return []
    return [
        {"value": int(item), "label": label}
        for item, label in zip(found["item"], found["label"], strict=True)
    ]


@callback(
    Output(Ids.PARTS, "options"),
    Input(Ids.PARTS, "search_value"),
    Input(Ids.PARTS, "value"),
    Input(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def offer_parts(text: Any, value: Any, held: Any) -> Any:
    """Offer products for a bundle."""
    return _offers(held, text, value)


@callback(
    Output(Ids.PRODUCT, "options"),
    Input(Ids.PRODUCT, "search_value"),
    Input(Ids.PRODUCT, "value"),
    Input(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def offer_products(text: Any, value: Any, held: Any) -> Any:
    """Offer products to look at."""
    return _offers(held, text, value)


@callback(
    Output(Ids.BUNDLE, "children"),
    Output(Ids.SAVE, "disabled"),
    Output(Ids.PLAN, "disabled"),
    Output(Ids.SAVED, "children"),
    Input(Ids.PARTS, "value"),
    Input(Ids.DISCOUNT, "value"),
    Input(Ids.TAKE_UP, "value"),
    State(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def simulate_bundle(parts: Any, discount: Any, take_up: Any, held: Any) -> Any:
    """Say what a bundle would bring."""
    chosen = _numbers(parts)
    if len(chosen) < 2:
        return html.P(_NO_BUNDLE, className="sub"), True, True, ""
    usable = isinstance(discount, int | float) and isinstance(take_up, int | float)
    if not usable:
        return html.P(_NO_SHARES, className="sub"), False, True, ""
    try:
        facts = shell_facts()
        tried = try_bundle(shown_run(held), chosen, discount / 100, take_up / 100)
    except KNOWN as error:
        return html.P(str(error), className="sub"), True, True, ""
    said = views.tried_answer(tried, facts.data.currency, discount / 100)
    about = f"The segment: customers who bought {views.without_words(tried.labels)}."
    return said, False, False, about


def _numbers(parts: Any) -> tuple[int, ...]:
    return tuple(one for one in parts if type(one) is int)[:8] if isinstance(parts, list) else ()


@callback(
    Output(Ids.SAVED, "children", allow_duplicate=True),
    Input(Ids.SAVE, "n_clicks"),
    State(Ids.PARTS, "value"),
    State(Ids.RUN, "data"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
def save_segment(clicks: Any, parts: Any, held: Any, author: Any) -> Any:
    """Save the customers who bought the first products, but never the last, as a segment."""
    if not clicks:
        return no_update
    try:
        made = save_bought_without(shown_run(held), _numbers(parts), _author(author))
    except NameTaken as error:
        return views.segment_link("It is saved already:", error.taker.id, error.taker.name)
    except KNOWN as error:
        return str(error)
    notify(f"“{made.name}” is saved.", head="Saved segments")
    return views.segment_link("Saved as", made.id, made.name)


def _author(entered: Any) -> Author:
    return Author.of(entered if isinstance(entered, str) else None)


@callback(
    Output(Ids.PLANNED, "data"),
    Output(Ids.SAVED, "children", allow_duplicate=True),
    Input(Ids.PLAN, "n_clicks"),
    State(Ids.PARTS, "value"),
    State(Ids.DISCOUNT, "value"),
    State(Ids.TAKE_UP, "value"),
    State(Ids.RUN, "data"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
def plan_experiment(
    clicks: Any, parts: Any, discount: Any, take_up: Any, held: Any, author: Any
) -> Any:
    """Save the segment if it is not yet, and open a plan that begins with the bundle's figures."""
    usable = isinstance(discount, int | float) and isinstance(take_up, int | float)
    if not clicks or not usable:
        return no_update, no_update
    try:
        run, chosen = shown_run(held), _numbers(parts)
        plan = bundle_plan(run, chosen, discount / 100, take_up / 100)
        try:
            segment = save_bought_without(run, chosen, _author(author)).id
        except NameTaken as error:
            segment = error.taker.id
    except KNOWN as error:
        return no_update, str(error)
    return {"search": views.plan_link(segment, plan), "n": clicks}, no_update


@callback(
    Output(Ids.COMPANIONS, "children"),
    Input(Ids.PRODUCT, "value"),
    State(Ids.RUN, "data"),
    prevent_initial_call=True,
)
def show_companions(item: Any, held: Any) -> Any:
    """Show what goes with a product and what replaces it."""
    if type(item) is not int:
        return html.P("Choose a product, or open a rule.", className="sub")
    try:
        return views.companions_answer(companions(shown_run(held), item))
    except KNOWN as error:
        return html.P(str(error), className="sub")


clientside_callback(
    ClientsideFunction("baskets", "visitPlan"),
    Output(Ids.PLAN, "n_clicks"),
    Input(Ids.PLANNED, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("shell", "author"),
    Output(Ids.AUTHOR, "value"),
    Input(Ids.RUN, "data"),
    State(Ids.AUTHOR, "value"),
    prevent_initial_call=True,
)
