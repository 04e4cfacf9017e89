"""The Segments tab: which sub-view is shown, and the callbacks of each."""

from __future__ import annotations

from importlib import import_module

from dash import ALL, ClientsideFunction, Input, Output, clientside_callback

from layouts.ids import Shell
from layouts.segments import SUB_VIEWS
from layouts.subviews import sub_view

clientside_callback(
    ClientsideFunction("segments", "show"),
    Output(sub_view("segments", "pane", ALL), "hidden"),
    Output(sub_view("segments", "nav", ALL), "active"),
    Output(sub_view("segments", "nav", ALL), "href"),
    Input(Shell.LOCATION, "search"),
    Input(sub_view("segments", "pane", ALL), "id"),  # also as soon as they are there
)
for _view in SUB_VIEWS:
    import_module(f"callbacks.segments_{_view.word}")
for _more in ("saving", "export", "growth"):
    import_module(f"callbacks.segments_{_more}")
