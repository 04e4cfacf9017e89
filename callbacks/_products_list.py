"""The table of products as the grid wants it."""

from __future__ import annotations

from typing import Any

from analytics.models.abc_xyz import CELLS
from analytics.reports.products import Classified
from analytics.reports.products_table import (
    COLUMNS,
    OPERATORS,
    ColumnFilter,
    Page,
    product_page,
)
from clickhouse_schema.paging import LONGEST_PAGE
from layouts.format import currency_sign

_NUMBER = {"equals": "equals", "greaterThanOrEqual": "at_least", "lessThanOrEqual": "at_most"}
_TEXT = {"contains": "contains", "equals": "equals", "startsWith": "starts_with"}
_MONEY = ("revenue", "margin", "price_low", "price_high")
_RATES = ("share", "cv", "certainty", "return_rate")
_LABELS = {
    "product_id": ("Product", 118),
    "description": ("Description", 220),
    "category": ("Category", 150),
    "class": ("Class", 92),
    "revenue": ("Revenue", 136),
    "demand": ("Demand", 150),
    "share": ("Share of larger ones", 116),
    "cv": ("Variation (CV)", 116),
    "abc": ("ABC by revenue · margin · units", 172),
    "certainty": ("Class is sure", 112),
    "flapping": ("Flapping", 110),
    "demand_class": ("Demand pattern", 130),
    "moving": ("Moving", 122),
    "days_since": ("Days since last sale", 116),
    "return_rate": ("Return rate", 108),
    "price_low": ("Lowest price", 116),
    "price_high": ("Highest price", 116),
    "margin": ("Margin", 132),
    "units": ("Units", 112),
}


def product_columns(currency: str, *, categories: bool) -> list[dict[str, Any]]:
    """
    Return the columns of the grid.

    Args:
        currency: ISO 4217 code.
        categories: Whether the data has more than one.
    """
    sign = currency_sign(currency).replace("\\", "").replace("'", "")
    columns = []
    for name, (label, width) in _LABELS.items():
        if name == "category" and not categories:
            continue
        shown: dict[str, Any] = {"field": name, "headerName": label, "width": width}
        if name == "demand":
            shown |= {"cellRenderer": "ProductSpark", "sortable": False}
            columns.append(shown)
            continue
        number = COLUMNS[name] == "number"
        shown |= {
            "filter": "agNumberColumnFilter" if number else "agTextColumnFilter",
            "filterParams": {
                "filterOptions": list(_NUMBER if number else _TEXT), "maxNumConditions": 1,
                "buttons": ["reset"], "debounceMs": 400,
            },
        }  # fmt: skip
        if number:
            shown |= {
                "type": "rightAligned", "valueFormatter": {"function": _formatter(name, sign)},
            }  # fmt: skip
        if name == "product_id":
            shown |= {"pinned": "left", "cellClass": "key-cell"}
        if name in ("description", "product_id"):
            shown |= {"tooltipField": name}
        if name == "revenue":
            shown |= {"sort": "desc"}
        columns.append(shown)
    return columns


def _formatter(name: str, sign: str) -> str:
    if name in _MONEY:
        text = f"'{sign}' + d3.format(',.2f')(params.value)"
    elif name in _RATES:
        text = "d3.format('.1%')(params.value)"
    else:
        text = "d3.format(',')(params.value)"
    return f"params.value == null ? '\u2013' : {text}"


def read_page(raw: Any) -> Page:
    """
    Return which products a grid asks for.

    Raises:
        ValueError: A column, an operator or a value is not one there is.
    """
    held = raw if isinstance(raw, dict) else {}
    start, end = held.get("startRow", 0), held.get("endRow", 100)
    if type(start) is not int or type(end) is not int:
        raise ValueError("Rows are counted in whole numbers.")
    sort = held.get("sortModel") or []
    first = sort[0] if isinstance(sort, list) and sort and isinstance(sort[0], dict) else {}
    model = held.get("filterModel")
    given = model if isinstance(model, dict) else {}
    return Page(
        start=start,
        rows=min(max(end - start, 1), LONGEST_PAGE),
        sort=str(first.get("colId", "revenue")),
        descending=first.get("sort", "desc") == "desc",
        filters=tuple(_filter(str(name), one) for name, one in given.items()),
    )


def _filter(name: str, raw: Any) -> ColumnFilter:
    held = raw if isinstance(raw, dict) else {}
    number = held.get("filterType") == "number"
    operator = (_NUMBER if number else _TEXT).get(str(held.get("type")), "")
    if operator not in OPERATORS["number" if number else "text"] or held.get("filter") is None:
        raise ValueError("That column cannot be narrowed so.")
    return ColumnFilter(name, operator, held["filter"])


def product_rows(found: Classified, cell: str | None, page: Page) -> dict[str, Any]:
    """
    Return a page of products as the grid wants it.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    frame, demand, many = product_page(found, cell, page)
    plain = frame.drop(columns="product_key").astype(object).where(frame.notna(), None)
    rows = plain.to_dict("records")
    for row, series in zip(rows, demand, strict=True):
        row["demand"] = series
    return {"rowData": rows, "rowCount": many}


def in_words(cell: str | None, many: int, narrowed: bool) -> str:
    """Return what is listed: `153 products of AX`."""
    of = "" if cell is None else " that are new" if cell == CELLS[-1] else f" of {cell}"
    said = "1 product" if many == 1 else f"{many:,} products"
    return f"{said}{of}{' with these column filters' if narrowed else ''}"
