"""The page of one product: which one, and its tiles."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback

from callbacks._products_asked import read_options
from callbacks._products_one import buyers_view, course_view, history_view, partners_view
from callbacks._views import finished_view
from layouts.ids import Shell, tile
from layouts.products import Ids as Tab
from layouts.products_matrix import Ids as Matrix
from layouts.products_one import BUYERS, COURSE, HISTORY, PARTNERS, Ids
from layouts.products_watch import Ids as Watch

_ASKED, _PRODUCT = Input(Tab.ASKED, "data"), Input(Ids.ASKED, "data")
_LONGEST = 120


def _draw(name: str, question: Any, asked: Any, product: Any, build: Any) -> Any:
    text = product[:_LONGEST] if isinstance(product, str) and product.isprintable() else ""
    return finished_view(name, question, build, options=read_options(asked), product=text)


@callback(
    Output(tile("view", COURSE), "data"), Input(tile("gate", COURSE), "data"), _ASKED, _PRODUCT
)
def draw_course(question: Any, asked: Any, product: Any) -> Any:
    """Draw its sales, returns and price."""
    return _draw(COURSE, question, asked, product, course_view)


@callback(
    Output(tile("view", HISTORY), "data"), Input(tile("gate", HISTORY), "data"), _ASKED, _PRODUCT
)
def draw_history(question: Any, asked: Any, product: Any) -> Any:
    """Draw its classes."""
    return _draw(HISTORY, question, asked, product, history_view)


@callback(
    Output(tile("view", PARTNERS), "data"), Input(tile("gate", PARTNERS), "data"), _ASKED, _PRODUCT
)
def draw_partners(question: Any, asked: Any, product: Any) -> Any:
    """Draw what it sells with."""
    return _draw(PARTNERS, question, asked, product, partners_view)


@callback(
    Output(tile("view", BUYERS), "data"), Input(tile("gate", BUYERS), "data"), _ASKED, _PRODUCT
)
def draw_buyers(question: Any, asked: Any, product: Any) -> Any:
    """List who buys it."""
    return _draw(BUYERS, question, asked, product, buyers_view)


clientside_callback(
    ClientsideFunction("products", "one"),
    Output(Ids.ASKED, "data"),
    Output(Ids.NAME, "value"),
    Input(Shell.LOCATION, "search"),
    Input(Ids.NAME, "value"),
    Input(Matrix.TABLE, "cellClicked"),
    Input(Watch.TABLE, "cellClicked"),
    State(Ids.ASKED, "data"),
)
