"""The table of products: a page of rows, sorted and narrowed over all products of a slice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from analytics.models.abc_xyz import CELLS, LAST_SHARE, Cuts, Ints
from analytics.reports._warehouse import warehouse
from analytics.reports.products import VALUES, Classified, catalogue
from analytics.reports.products_certainty import kept_certainty
from clickhouse_schema.paging import TablePage
from clickhouse_schema.queries.demand import product_series

Shape = Literal["text", "number"]
MOST_FILTERS = 8
_TEXT_LENGTH = 200
_NUMBERS: dict[str, Callable[[pd.Series, float], pd.Series]] = {
    "equals": lambda column, value: column == value,
    "at_least": lambda column, value: column >= value,
    "at_most": lambda column, value: column <= value,
}
_TEXTS: dict[str, Callable[[pd.Series, str], pd.Series]] = {
    "contains": lambda column, value: column.str.contains(value, case=False, regex=False),
    "equals": lambda column, value: column.str.casefold() == value.casefold(),
    "starts_with": lambda column, value: column.str.casefold().str.startswith(value.casefold()),
}
OPERATORS: dict[Shape, tuple[str, ...]] = {"number": tuple(_NUMBERS), "text": tuple(_TEXTS)}
COLUMNS: dict[str, Shape] = {
    "product_id": "text",
    "description": "text",
    "category": "text",
    "class": "text",
    "abc": "text",
    "revenue": "number",
    "margin": "number",
    "units": "number",
    "share": "number",
    "cv": "number",
    "certainty": "number",
    "flapping": "text",
    "demand_class": "text",
    "moving": "text",
    "days_since": "number",
    "return_rate": "number",
    "price_low": "number",
    "price_high": "number",
}


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """
    What a column is narrowed to.

    Raises:
        ValueError: No such column or operator, or the value is not of its shape.
    """

    column: str
    operator: str
    value: Any

    def __post_init__(self) -> None:
        shape = COLUMNS.get(self.column)
        if shape is None:
            raise ValueError(f"There is no column {self.column[:40]!r}.")
        if self.operator not in OPERATORS[shape]:
            raise ValueError(f"{self.column} cannot be narrowed by {self.operator[:40]!r}.")
        plain = float(str(self.value)) if shape == "number" else str(self.value)[:_TEXT_LENGTH]
        object.__setattr__(self, "value", plain)


@dataclass(frozen=True, slots=True)
class Page(TablePage[ColumnFilter]):
    """Which products are wanted."""

    columns: ClassVar[Collection[str]] = COLUMNS
    most_filters: ClassVar[int] = MOST_FILTERS

    sort: str = "revenue"


def product_page(
    found: Classified, cell: str | None, page: Page
) -> tuple[pd.DataFrame, list[list[float]], int]:
    """
    Return a page of the products of a cell, their demand per period, and how many there are.

    Args:
        found: The classified products.
        cell: One of `CELLS`; None for all.
        page: Which of them.

    Returns:
        The columns of `COLUMNS` with `product_key`; demand of each row, by period; the count.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    rows = listed(found, cell)
    for one in page.filters:
        column = rows[one.column]
        narrow: Any = _NUMBERS if COLUMNS[one.column] == "number" else _TEXTS
        rows = rows[narrow[one.operator](column, one.value)]
    rows = rows.sort_values(
        [page.sort, "place"], ascending=[not page.descending, True], na_position="last",
        key=lambda column: column.str.casefold() if column.name in _FOLDED else column,
    )  # fmt: skip
    shown = rows.iloc[page.start : page.start + page.rows].drop(columns="place")
    return shown, _demand(found, shown["product_key"].tolist()), len(rows)


_FOLDED = ("product_id", "description", "category")


def listed(found: Classified, cell: str | None = None) -> pd.DataFrame:
    """
    Return the products of a cell as they are listed and exported.

    Returns:
        `place`, `product_key` and the columns of `COLUMNS`: `class` of `CELLS`, `abc` by
        revenue, margin and units (`A·A·B`), `share` (what larger products bring, 0 to 1),
        `certainty` (share of draws; NaN until known), `flapping` (`yes`, `no` or empty),
        days and rates as numbers, prices in account currency.
    """
    products = found.products
    if cell is not None:
        products = products[products["cell"] == CELLS.index(cell)]
    names = catalogue().frame.iloc[products["place"].to_numpy()].reset_index(drop=True)
    rows = products.reset_index(drop=True)
    certainty = kept_certainty(found)
    own = np.full(len(rows), np.nan)
    flapping = np.full(len(rows), "", dtype=object)
    if certainty is not None:
        kept = np.searchsorted(found.products["place"].to_numpy(), rows["place"].to_numpy())
        own = certainty.own[kept].astype(np.float64)
        flapping = np.where(certainty.flapping[kept], "yes", "no")
    return pd.DataFrame(
        {
            "place": rows["place"],
            "product_key": names["product_key"],
            "product_id": names["product_id"],
            "description": names["description"],
            "category": names["category"],
            "class": np.array(CELLS)[rows["cell"]],
            "abc": three_classes(rows, found.options.cuts),
            "revenue": rows["revenue"],
            "margin": rows["margin"],
            "units": rows["units"],
            "share": rows[f"share_{found.options.by}"] / LAST_SHARE,
            "cv": rows["cv"],
            "certainty": own,
            "flapping": flapping,
            "demand_class": rows["demand_class"],
            "moving": rows["moving"],
            "days_since": rows["days_since"],
            "return_rate": rows["return_rate"],
            "price_low": rows["price_low"],
            "price_high": rows["price_high"],
        }
    )


def three_classes(rows: pd.DataFrame, cuts: Cuts) -> list[str]:
    """Return the ABC classes by revenue, margin and units, such as `A·A·B`; – for no known cost."""
    letters = []
    for by in VALUES:
        share = rows[f"share_{by}"].to_numpy()
        classes: Ints = (share >= cuts.a).astype(np.int64) + (share >= cuts.b)
        classes = np.where(share == LAST_SHARE, 2, classes)
        named = np.array(list("ABC"))[classes]
        letters.append(np.where(rows["has_cost"], named, "–") if by == "margin" else named)
    return ["·".join(three) for three in zip(*letters, strict=True)]


def _demand(found: Classified, keys: Sequence[int]) -> list[list[float]]:
    if not keys:
        return []
    series = product_series(warehouse(), found.slice.now, found.periods, keys)
    places = {key: place for place, key in enumerate(keys)}
    held = np.zeros((len(keys), found.periods.count))
    rows = series["product_key"].map(places).to_numpy()
    held[rows, series["period"].to_numpy()] = series[
        "revenue" if found.options.in_money else "units"
    ]
    return [[float(value) for value in row] for row in np.round(held, 2)]
