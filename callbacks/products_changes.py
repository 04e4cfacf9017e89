"""Products between cells: the movement, and who came into A or left it."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback

from callbacks._products_asked import read_options
from callbacks._products_tiles import movement_view, of_a_view
from callbacks._views import finished_view
from layouts.ids import tile
from layouts.products import Ids
from layouts.products_changes import JOINED, LEFT, MOVEMENT, WIDTHS

_ASKED = Input(Ids.ASKED, "data")


@callback(
    Output(tile("view", MOVEMENT), "data"),
    Input(tile("gate", MOVEMENT), "data"),
    _ASKED,
    Input(tile("switch", MOVEMENT), "value"),
)
def draw_movement(question: Any, asked: Any, width: Any) -> Any:
    """Draw products' ways between cells."""
    width = width if isinstance(width, str) and width in WIDTHS else "products"
    options = read_options(asked)
    return finished_view(MOVEMENT, question, movement_view, options=options, width=width)


@callback(Output(tile("view", JOINED), "data"), Input(tile("gate", JOINED), "data"), _ASKED)
def draw_joined(question: Any, asked: Any) -> Any:
    """Draw who came into A."""
    return finished_view(JOINED, question, of_a_view, options=read_options(asked), joined=True)


@callback(Output(tile("view", LEFT), "data"), Input(tile("gate", LEFT), "data"), _ASKED)
def draw_left(question: Any, asked: Any) -> Any:
    """Draw who left A."""
    return finished_view(LEFT, question, of_a_view, options=read_options(asked), joined=False)
