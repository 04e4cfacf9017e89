"""The Products tab: how products are classified, which sub-view is shown, and its callbacks."""

from __future__ import annotations

from importlib import import_module

from dash import ALL, ClientsideFunction, Input, Output, State, clientside_callback

from layouts.ids import Shell
from layouts.products import SUB_VIEWS, Ids
from layouts.products_matrix import Ids as Matrix
from layouts.subviews import sub_view

_CHOICES = (Ids.BY, Ids.STEP, Ids.DEMAND, Ids.ZEROS, Ids.SEASON, Ids.SHARES, Ids.VARIATIONS)


def _browser(function: str) -> ClientsideFunction:
    return ClientsideFunction("products", function)


clientside_callback(
    _browser("show"),
    Output(sub_view("products", "pane", ALL), "hidden"),
    Output(sub_view("products", "nav", ALL), "active"),
    Output(sub_view("products", "nav", ALL), "href"),
    Input(Shell.LOCATION, "search"),
    Input(sub_view("products", "pane", ALL), "id"),  # also as soon as they are there
)
clientside_callback(
    _browser("asked"),
    Output(Ids.ASKED, "data"),
    *(Input(choice, "value") for choice in _CHOICES),
    State(Ids.ASKED, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    _browser("restore"),
    *(Output(choice, "value", allow_duplicate=True) for choice in _CHOICES),
    Output(Matrix.CELL, "data", allow_duplicate=True),
    Input(Shell.LOCATION, "search"),
    Input(Ids.ASKED, "id"),  # also as soon as the tab is there
    *(State(choice, "value") for choice in _CHOICES),
    State(Matrix.CELL, "data"),
    prevent_initial_call="initial_duplicate",
)
clientside_callback(
    _browser("usual"),
    Output(Ids.SHARES, "value"),
    Output(Ids.VARIATIONS, "value"),
    Input(Ids.USUAL, "n_clicks"),
    prevent_initial_call=True,
)
for _view in SUB_VIEWS:
    import_module(f"callbacks.products_{_view.word}")
