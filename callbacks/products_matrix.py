"""The matrix's callbacks: cells, policies, the table of products, and how sure classes are."""

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
    no_update,
)

from analytics.errors import AnalysisError
from analytics.jobs import Job, queue
from analytics.models.abc_xyz import CELLS
from analytics.policies import Policy, policies, reset_policy, save_policy
from analytics.reports._warehouse import warehouse
from analytics.reports.products import Classified, classified
from analytics.reports.products_certainty import JOB, as_parameters, kept_certainty
from analytics.reports.shell import shell_facts
from callbacks._errors import notify, tell_failure
from callbacks._inputs import read_question
from callbacks._products_asked import read_cell, read_options
from callbacks._products_list import in_words, product_columns, product_rows, read_page
from callbacks._products_views import matrix_view
from callbacks._views import finished_view, narrowed
from clickhouse_schema.errors import SaveConflict, WarehouseError
from clickhouse_schema.made.things import Author
from layouts.format import count, percent
from layouts.ids import tile
from layouts.products import Ids as Tab
from layouts.products_matrix import (
    LIST,
    MATRIX,
    POLICY_PARTS,
    Ids,
    cell,
    policy_part,
    policy_reading,
    policy_text,
)

_ASKED = Input(Tab.ASKED, "data")
_OVER = ("done", "failed", "cancelled")


@callback(Output(tile("view", MATRIX), "data"), Input(tile("gate", MATRIX), "data"), _ASKED)
def draw_matrix(question: Any, asked: Any) -> Any:
    """Draw the matrix."""
    return finished_view(MATRIX, question, matrix_view, options=read_options(asked))


@callback(
    Output(Ids.TABLE, "columnDefs"),
    Input(tile("gate", LIST), "data"),
    State(Ids.TABLE, "columnDefs"),
)
def set_columns(question: Any, held: Any) -> Any:
    """Say which columns there are, once the table is in sight."""
    if question is None or held:
        return no_update
    facts = shell_facts()
    return product_columns(facts.data.currency, categories=len(facts.categories) > 1)


@callback(
    Output(Ids.TABLE, "getRowsResponse"),
    Output(Ids.COUNT, "children"),
    Input(Ids.TABLE, "getRowsRequest"),
    State(tile("gate", LIST), "data"),
    State(Tab.ASKED, "data"),
    State(Ids.CELL, "data"),
    prevent_initial_call=True,
)
def list_products(request: Any, question: Any, asked: Any, chosen: Any) -> Any:
    """Send a page of products."""
    nothing = {"rowData": [], "rowCount": 0}
    if not isinstance(request, dict) or question is None:
        return nothing, no_update
    try:
        wanted, page = read_cell(chosen), read_page(request)
        rows = product_rows(_classified(question, asked), wanted, page)
    except (ValueError, AnalysisError) as error:
        return nothing, str(error)
    except WarehouseError as error:
        return nothing, tell_failure(LIST, error)["failed"]
    return rows, in_words(wanted, rows["rowCount"], bool(page.filters))


def _classified(question: Any, asked: Any) -> Classified:
    facts = shell_facts()
    filters = narrowed(read_question(question, LIST, facts), LIST)
    return classified(filters, read_options(asked), facts.data)


@callback(
    Output(Ids.JOB, "data"),
    Output(Ids.JOB_STATE, "children"),
    Output(Ids.JOB_CLOCK, "disabled"),
    Output(Ids.JOB_STOP, "hidden"),
    Input(tile("gate", LIST), "data"),
    _ASKED,
    Input(Ids.JOB_CLOCK, "n_intervals"),
    Input(Ids.JOB_STOP, "n_clicks"),
    State(Ids.JOB, "data"),
)
def follow_certainty(question: Any, asked: Any, ticks: Any, stop: Any, held: Any) -> Any:
    """Have it found out how sure the classes are, and tell how far that is."""
    if question is None:
        return [no_update] * 4
    try:
        job_id = held.get("id") if isinstance(held, dict) else None
        job = queue().find(str(job_id)) if job_id else None
        if job is not None and ctx.triggered_id == Ids.JOB_STOP and stop:
            queue().cancel(job.id)
        elif job is None or ctx.triggered_id not in (Ids.JOB_CLOCK, Ids.JOB_STOP):
            found = _classified(question, asked)
            kept = kept_certainty(found)
            if kept is not None:
                flapping = int(kept.flapping.sum())
                return {"done": True}, _sure(len(kept.own), flapping), True, True
            if job is not None and job.state not in _OVER:
                queue().cancel(job.id)
            job = queue().find(queue().submit(JOB, "", as_parameters(found)))
        return _told_job(job)
    except AnalysisError as error:
        return {}, str(error), True, True
    except WarehouseError as error:
        return {}, tell_failure("products-certainty", error)["failed"], True, True


def _told_job(job: Job | None) -> Any:
    if job is None:
        return {}, "", True, True
    if job.state == "done":
        return {"done": job.id}, _sure(job.answer["products"], job.answer["flapping"]), True, True
    if job.state in ("failed", "cancelled"):
        said = job.error or "Stopped: how sure each class is, is not known."
        return {}, said, True, True
    said = f"How sure is each class? {job.message}, {job.percent:.0f}%."
    return {"id": job.id}, said, False, False


def _sure(products: int, flapping: int) -> str:
    if not products:
        return ""
    return (
        f"{count(flapping)} of {count(products)} products ({percent(flapping / products)}) flap: "
        "with other weeks or months of the same kind their class would often be another."
    )


@callback(
    Output(Ids.POLICY, "data"),
    Output(Ids.HEADLINES, "data"),
    Output(Ids.READING, "children"),
    Output(Ids.HEADLINE, "value"),
    Output(policy_text(ALL), "value"),
    Input(tile("gate", MATRIX), "data"),
    Input(Ids.CELL, "data"),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.RESET, "n_clicks"),
    State(Ids.POLICY, "data"),
    State(Ids.HEADLINE, "value"),
    State(policy_text(ALL), "value"),
    State(Ids.AUTHOR, "value"),
)
def show_policy(
    question: Any, chosen: Any, save: Any, reset: Any,
    held: Any, headline: Any, texts: Any, author: Any,
) -> Any:  # fmt: skip
    """Open a cell's policy; keep a new text, or go back to the original one."""
    unchanged = [no_update] * 4 + [[no_update] * len(POLICY_PARTS)]
    if question is None:
        return unchanged
    name = read_cell(chosen) or "AX"
    held = held if isinstance(held, dict) and held.get("cell") == name else {}
    version = held.get("version") if isinstance(held.get("version"), int) else 0
    who = Author.of(author if isinstance(author, str) else None)
    try:
        if ctx.triggered_id == Ids.SAVE and save:
            body = dict(zip(POLICY_PARTS, map(str, texts), strict=True))
            kept = save_policy(
                warehouse(), name, {"headline": str(headline or ""), **body},
                made_from=version or 0, author=who,
            )  # fmt: skip
            notify(f"The policy of {name} is saved as version {kept.version}.")
        elif ctx.triggered_id == Ids.RESET and version:
            reset_policy(warehouse(), name, made_from=version, author=who)
        return _told_policy(policies(warehouse()), name)
    except SaveConflict as error:
        notify(str(error), head="Somebody else saved first", kind="warning")
        return _told_policy(policies(warehouse()), name)
    except WarehouseError as error:
        notify(str(error), head="The policy was not saved", kind="warning")
        return unchanged


def _told_policy(every: dict[str, Policy], name: str) -> list[Any]:
    policy = every[name]
    state = f"Version {policy.version}, by {policy.author}." if policy.version else ""
    body = policy.body
    return [
        {"cell": name, "version": policy.version},
        {cell_: every[cell_].headline for cell_ in CELLS},
        policy_reading(name, policy.headline, body, state or "The original text."),
        policy.headline,
        [body[part] for part in POLICY_PARTS],
    ]


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("products", function)


clientside_callback(
    _browser("cells"),
    Output(Tab.USUAL, "hidden"),
    Input(tile("view", MATRIX), "data"),
    Input(Tab.SHARES, "drag_value"),
    Input(Tab.VARIATIONS, "drag_value"),
    Input(Tab.SHARES, "value"),
    Input(Tab.VARIATIONS, "value"),
    Input(Ids.HEADLINES, "data"),
)
clientside_callback(
    _browser("choose"),
    Output(Ids.CELL, "data"),
    Input(cell(ALL), "n_clicks"),
    Input(Ids.EVERY, "n_clicks"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("chosen"),
    Output(cell(ALL), "className"),
    Input(Ids.CELL, "data"),
    State(cell(ALL), "id"),
)
clientside_callback(
    _browser("refresh"),
    Output(Ids.REFRESHED, "data"),
    Input(tile("gate", LIST), "data"),
    _ASKED,
    Input(Ids.CELL, "data"),
    Input(Ids.JOB, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("exported"),
    Output(Ids.EXPORT_STATE, "title"),
    Input(Ids.CSV, "n_clicks"),
    Input(Ids.EXCEL, "n_clicks"),
    State(tile("gate", LIST), "data"),
    State(Tab.ASKED, "data"),
    State(Ids.CELL, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("editing"),
    Output(policy_part(ALL), "hidden"),
    Input(Ids.EDIT, "n_clicks"),
    Input(Ids.CANCEL, "n_clicks"),
    Input(Ids.POLICY, "data"),
    State(policy_part(ALL), "id"),
)
