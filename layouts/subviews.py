"""The sub-views of a tab: a row of links, and a pane for each, laid out by its own module."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubView:
    """
    One way to look at what a tab is about.

    Attributes:
        word: In the address, and of its modules.
        label: What the row calls it.
        icon: Name of a Bootstrap icon, without `bi-`.
    """

    word: str
    label: str
    icon: str
