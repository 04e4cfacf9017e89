"""The watch list: reasons with what is at stake, and the products."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback, no_update

from analytics.errors import AnalysisError
from analytics.reports.products import classified
from analytics.reports.shell import shell_facts
from callbacks._errors import tell_failure
from callbacks._inputs import read_question
from callbacks._products_asked import read_options
from callbacks._products_tiles import reasons_view, watched_columns, watched_rows
from callbacks._views import finished_view, narrowed
from clickhouse_schema.errors import WarehouseError
from layouts.format import currency_sign
from layouts.ids import tile
from layouts.products import Ids as Tab
from layouts.products_watch import REASONS, Ids

_ASKED = Input(Tab.ASKED, "data")


@callback(Output(tile("view", REASONS), "data"), Input(tile("gate", REASONS), "data"), _ASKED)
def draw_reasons(question: Any, asked: Any) -> Any:
    """Draw the reasons."""
    return finished_view(REASONS, question, reasons_view, options=read_options(asked))


@callback(
    Output(Ids.TABLE, "columnDefs"),
    Output(Ids.TABLE, "rowData"),
    Output(Ids.SAID, "children"),
    Input(tile("gate", REASONS), "data"),
    _ASKED,
)
def list_watched(question: Any, asked: Any) -> Any:
    """List the products with a reason."""
    if question is None:
        return [no_update] * 3
    try:
        facts = shell_facts()
        filters = narrowed(read_question(question, REASONS, facts), REASONS)
        rows, said = watched_rows(classified(filters, read_options(asked), facts.data), facts)
    except AnalysisError as error:
        return no_update, [], str(error)
    except WarehouseError as error:
        return no_update, [], tell_failure(REASONS, error)["failed"]
    return watched_columns(currency_sign(facts.data.currency).replace("'", "")), rows, said
