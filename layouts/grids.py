"""Tables whose rows stay in the warehouse and come a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash.development.base_component import Component

_COLUMN = {"sortable": True, "resizable": True, "minWidth": 96, "wrapHeaderText": True}
_OPTIONS = {
    "rowHeight": 34,
    "cacheBlockSize": 100,
    "maxBlocksInCache": 10,
    "infiniteInitialRowCount": 12,  # lines that show that the first page is on its way
    "animateRows": False,
}


def server_grid(
    id_: str,
    *,
    height: int,
    columns: Sequence[Mapping[str, Any]] = (),
    column: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    **more: Any,
) -> Component:
    """
    Return a table that asks for pages of a hundred rows as a reader comes to them.

    Args:
        id_: Of the table.
        height: In pixels.
        columns: Their definitions; none where a callback gives them.
        column: What differs for every column from sortable, resizable, at least 96 pixels.
        options: What differs in the table's own options.
        more: Further properties of the table.
    """
    grid: Component = dag.AgGrid(
        id=id_,
        rowModelType="infinite",
        columnDefs=list(columns),
        defaultColDef={**_COLUMN, **(column or {})},
        dashGridOptions={**_OPTIONS, **(options or {})},
        className="members-grid",
        style={"height": height},
        **more,
    )
    return grid
