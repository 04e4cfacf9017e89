"""The whole range: the Pareto curve, stages of life, categories."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback

from callbacks._products_asked import read_options
from callbacks._products_tiles import categories_view, life_view, pareto_view
from callbacks._views import finished_view
from layouts.ids import tile
from layouts.products import Ids
from layouts.products_range import CATEGORIES, LIFE, PARETO

_ASKED = Input(Ids.ASKED, "data")


@callback(Output(tile("view", PARETO), "data"), Input(tile("gate", PARETO), "data"), _ASKED)
def draw_pareto(question: Any, asked: Any) -> Any:
    """Draw the Pareto curve."""
    return finished_view(PARETO, question, pareto_view, options=read_options(asked))


@callback(Output(tile("view", LIFE), "data"), Input(tile("gate", LIFE), "data"), _ASKED)
def draw_life(question: Any, asked: Any) -> Any:
    """Draw the stages of life."""
    return finished_view(LIFE, question, life_view, options=read_options(asked))


@callback(Output(tile("view", CATEGORIES), "data"), Input(tile("gate", CATEGORIES), "data"), _ASKED)
def draw_categories(question: Any, asked: Any) -> Any:
    """Draw the categories."""
    return finished_view(CATEGORIES, question, categories_view, options=read_options(asked))
