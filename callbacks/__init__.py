"""Browser events in, finished views out. One module per tab, and the shell's."""

from __future__ import annotations

from importlib import import_module

from layouts.tabs import TABS


def register() -> None:
    """Make every callback known to Dash: the shell's and each tab's."""
    import_module("callbacks.shell")
    for tab in TABS:
        import_module(f"callbacks.{tab.word}")
