"""The one registry of tabs: a new tab is one line here and one file per room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tab:
    """
    One tab of the application.

    Attributes:
        word: Name of its module in every room: layouts, figures, callbacks ...
        label: What the navigation calls it.
        icon: Name of a Bootstrap icon, without `bi-`.
        of_everybody: Whether it shows all customers although a segment is chosen.
        grids: Whether it may show a grid of rows. The script for that is a
            seventh of all there is, and waits for the first such tab.
    """

    word: str
    label: str
    icon: str
    of_everybody: bool = False
    grids: bool = True

    @property
    def path(self) -> str:
        """Path in the address bar."""
        return f"/{self.word}"


TABS = (
    Tab("overview", "Overview", "speedometer2", grids=False),
    Tab("segments", "Segments", "people", of_everybody=True),
    Tab("clusters", "Clusters", "diagram-3"),
    Tab("products", "Products", "box-seam"),
    Tab("baskets", "Baskets", "basket"),
    Tab("experiments", "Experiments", "clipboard-data", of_everybody=True, grids=False),
)
