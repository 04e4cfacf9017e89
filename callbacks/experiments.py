"""The Experiments tab: which view is shown, and the callbacks of each."""

from __future__ import annotations

from importlib import import_module

from dash import ALL, ClientsideFunction, Input, Output, State, clientside_callback

from layouts.experiments import AUTHOR, SUB_VIEWS
from layouts.ids import Shell
from layouts.subviews import sub_view

clientside_callback(
    ClientsideFunction("experiments", "show"),
    Output(sub_view("experiments", "pane", ALL), "hidden"),
    Output(sub_view("experiments", "nav", ALL), "active"),
    Output(sub_view("experiments", "nav", ALL), "href"),
    Input(Shell.LOCATION, "search"),
    Input(sub_view("experiments", "pane", ALL), "id"),  # also as soon as they are there
)
clientside_callback(
    ClientsideFunction("shell", "author"),
    Output(AUTHOR, "value"),
    Input(sub_view("experiments", "pane", ALL), "id"),
    State(AUTHOR, "value"),
)
for _view in SUB_VIEWS:
    import_module(f"callbacks.experiments_{_view.word}")
