"""The segment builder's callbacks: the rule changes in the browser, answers come from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    no_update,
)

from analytics.errors import AnalysisError
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import shell_facts
from callbacks._asking import asking_of
from callbacks._errors import tell_failure
from callbacks._segments_members import member_columns, member_rows, read_page, why_of
from callbacks._segments_preview import answer, spreads, template_cards
from callbacks._segments_rule import (
    basis_of,
    checked_node,
    fields_shown,
    fields_used,
    product_choices,
    products_of,
    read_draft,
    saved_segments,
)
from clickhouse_schema.errors import (
    QueryCancelled,
    WarehouseError,
)
from clickhouse_schema.rules.tree import MOST_CHOICES, RuleError, parse
from clickhouse_schema.turns import in_turn
from layouts import segments_builder as drawn
from layouts.cards import number_cards
from layouts.ids import Shell, tile
from layouts.segments_builder import BUILDER, WATERFALL, Ids
from layouts.segments_rule import part_id, rule_editor
from layouts.segments_why import why_answer


@callback(
    Output(Ids.EDITOR, "children"),
    Input(Ids.SHAPE, "data"),
    State(Ids.DRAFT, "data"),
    prevent_initial_call=True,
)
def draw_editor(shape: Any, held: Any) -> Any:
    """Draw the rule anew: its shape has changed."""
    draft = held if isinstance(held, dict) else {}
    root = checked_node(draft.get("rule"))
    try:
        facts = shell_facts()
        own_id = str(draft.get("segment") or "")
        fields = fields_shown(facts, fields_used(root), own_id, products_of(root))
        return rule_editor(root, fields, facts.data.currency)
    except (AnalysisError, WarehouseError) as error:
        return tell_failure("segments-editor", error)["failed"]


@callback(
    Output(Ids.TEMPLATE_CARDS, "children"),
    Output(Ids.TEMPLATES, "data"),
    Output(Ids.MEMBERS_BOX, "children"),
    Input(tile("gate", BUILDER), "data"),
    State(Ids.MEMBERS_BOX, "children"),
    prevent_initial_call=True,
)
def draw_templates(question: Any, grid: Any) -> Any:
    """Show what can be started from, and how many each finds now."""
    try:
        facts = shell_facts()
        cards, rules = template_cards(facts, basis_of(facts))
    except (AnalysisError, WarehouseError) as error:
        return tell_failure("segments-templates", error)["failed"], no_update, no_update
    table = no_update if grid else drawn.members_grid(member_columns(facts))
    return drawn.template_cards(cards), rules, table


@callback(
    Output(Ids.SENTENCE, "children"),
    Output(Ids.KPIS, "children"),
    Output(tile("view", WATERFALL), "data"),
    Output(Ids.EFFECTS, "data"),
    Output(Ids.ANSWERED, "data"),
    Input(Ids.QUESTION, "data"),
    prevent_initial_call=True,
)
def answer_rule(question: Any) -> Any:
    """Say who is in, and which condition does what."""
    held = question if isinstance(question, dict) else {}
    try:
        facts = shell_facts()
        draft = read_draft(held.get("rule"))
        with in_turn(warehouse(), asking_of(question, BUILDER)):
            found = answer(draft, saved_segments(), basis_of(facts), facts)
    except QueryCancelled:
        return [no_update] * 5
    except RuleError as error:  # what a reader built, not what went wrong: no alarm
        return str(error), drawn.waiting_cards(), {"empty": str(error)}, {}, None
    except (AnalysisError, WarehouseError) as error:
        return _not_answered(error)
    return (
        found.sentence,
        number_cards(found.numbers),
        {**found.chart.to_dict(), "version": facts.version},
        found.effects,
        {
            "rule": draft.plain,
            "customers": found.customers,
            "reader": held.get("reader"),
            "number": held.get("number"),
        },
    )


@callback(
    Output(part_id("set", MATCH, part="products"), "options"),
    Input(part_id("set", MATCH, part="products"), "search_value"),
    State(part_id("set", MATCH, part="products"), "value"),
    prevent_initial_call=True,
)
def find_products(text: Any, chosen: Any) -> Any:
    """Offer the products that hold what is being typed, whichever of them there are."""
    if not isinstance(text, str):
        return no_update
    held = [one for one in chosen if isinstance(one, str)] if isinstance(chosen, list) else []
    try:
        choices = product_choices(text, held[:MOST_CHOICES], basis_of(shell_facts()))
    except QueryCancelled:
        return no_update
    except (AnalysisError, WarehouseError) as error:
        tell_failure("segments-products", error)
        return no_update
    return [{"value": id_, "label": label} for id_, label in choices]


def _not_answered(error: Exception) -> Any:
    failed = tell_failure("segments-preview", error)
    return str(error), no_update, failed, {}, None


@callback(
    Output(Ids.SPREADS, "data"),
    Input(Ids.EFFECTS, "data"),
    State(Ids.QUESTION, "data"),
    prevent_initial_call=True,
)
def answer_spreads(_answered: Any, question: Any) -> Any:
    """Say how customers are spread over each condition's field, once the rule is answered."""
    held = question if isinstance(question, dict) else {}
    try:
        facts = shell_facts()
        root = checked_node(held.get("rule"))
        with in_turn(warehouse(), asking_of(question, BUILDER)):
            return spreads(
                read_draft(root), dict(_conditions(root)), basis_of(facts), facts.data.currency
            )
    except QueryCancelled:
        return no_update
    except (RuleError, AnalysisError, WarehouseError) as error:
        tell_failure("segments-spreads", error)
        return {}


def _conditions(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in node["parts"]:
        if "parts" in part:
            yield from _conditions(part)
        else:
            yield part["key"], part


@callback(
    Output(Ids.MEMBERS, "getRowsResponse"),
    Output(Ids.MEMBERS_COUNT, "children"),
    Input(Ids.MEMBERS, "getRowsRequest"),
    State(Ids.ANSWERED, "data"),
    prevent_initial_call=True,
)
def list_members(request: Any, answered: Any) -> Any:
    """Send a page of members."""
    if not isinstance(request, dict) or not isinstance(answered, dict):
        return {"rowData": [], "rowCount": 0}, no_update
    try:
        facts = shell_facts()
        tree = parse(answered.get("rule"))
        with in_turn(warehouse(), asking_of(answered, BUILDER)):
            rows = member_rows(tree, saved_segments(), basis_of(facts), read_page(request))
    except QueryCancelled:
        return no_update, no_update
    except (ValueError, AnalysisError, WarehouseError) as error:
        tell_failure("segments-members", error)
        return {"rowData": [], "rowCount": 0}, str(error)
    narrowed = " with these column filters" if request.get("filterModel") else ""
    return rows, f"{rows['rowCount']:,} customers{narrowed}"


@callback(
    Output(Ids.WHY_ANSWER, "children"),
    Input(Ids.WHY, "value"),
    Input(Ids.ANSWERED, "data"),
    prevent_initial_call=True,
)
def explain(customer: Any, answered: Any) -> Any:
    """Say why one customer is in or out."""
    text = customer.strip()[:200] if isinstance(customer, str) else ""
    if not text or not isinstance(answered, dict):
        return why_answer("Type a customer id, or choose one in the table.", None, [])
    try:
        facts = shell_facts()
        tree = parse(answered.get("rule"))
        with in_turn(warehouse(), asking_of(answered, BUILDER)):
            found = why_of(text, tree, saved_segments(), basis_of(facts), facts)
    except QueryCancelled:
        return no_update
    except (RuleError, AnalysisError, WarehouseError) as error:
        return why_answer(tell_failure("segments-why", error)["failed"], None, [])
    return why_answer(*found)


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("builder", function)


clientside_callback(
    _browser("edit"),
    Output(Ids.DRAFT, "data"),
    Input(part_id("set", ALL, part=ALL), "value"),
    Input(part_id("add", ALL, field=ALL), "n_clicks"),
    Input(part_id("group", ALL), "n_clicks"),
    Input(part_id("remove", ALL), "n_clicks"),
    Input({"type": "segments-template", "word": ALL}, "n_clicks"),
    Input(Ids.OPENED, "data"),
    Input(Ids.NEW, "n_clicks"),
    State(Ids.DRAFT, "data"),
    State(Ids.TEMPLATES, "data"),
    State(Ids.DEFAULTS, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("shape"),
    Output(Ids.SHAPE, "data"),
    Input(Ids.DRAFT, "data"),
    State(Ids.SHAPE, "data"),
)
clientside_callback(
    _browser("ask"),
    Output(Ids.QUESTION, "data"),
    Input(Ids.DRAFT, "data"),
    Input(tile("seen", BUILDER), "data"),
)
clientside_callback(
    _browser("link"),
    Output(Ids.OPEN, "data"),
    Input(Shell.LOCATION, "search"),
    Input(Ids.DEFAULTS, "id"),  # also as soon as the builder is there
)
clientside_callback(
    _browser("heading"),
    Output(Ids.NAME, "children"),
    Output(Ids.STATE, "children"),
    Output(Ids.SAVE_AS, "hidden"),
    Output(Ids.SAVE, "children"),
    Input(Ids.DRAFT, "data"),
)
clientside_callback(
    _browser("effects"),
    Output(part_id("effect", ALL), "children"),
    Input(Ids.EFFECTS, "data"),
)
clientside_callback(
    _browser("spreads"),
    Output(part_id("spread", ALL), "children"),
    Input(Ids.SPREADS, "data"),
)
clientside_callback(
    _browser("refreshGrid"),
    Output(Ids.REFRESHED, "data"),
    Input(Ids.ANSWERED, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("picked"),
    Output(Ids.WHY, "value"),
    Input(Ids.MEMBERS, "cellClicked"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("dialog"),
    Output(Ids.DIALOG, "is_open"),
    Output(Ids.DIALOG_NAME, "value"),
    Output(Ids.DIALOG_ABOUT, "value"),
    Output(Ids.DIALOG_COPY, "data"),
    Output(Ids.DIALOG_ERROR, "children"),
    Output(Ids.DIALOG_OWNER, "value"),
    Output(Ids.DIALOG_ASIDE, "data", allow_duplicate=True),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.SAVE_AS, "n_clicks"),
    Input(Ids.DIALOG_CANCEL, "n_clicks"),
    State(Ids.DRAFT, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("adoptable"),
    Output(Ids.DIALOG_ADOPT, "hidden"),
    Input(Ids.DIALOG_ASIDE, "data"),
)
