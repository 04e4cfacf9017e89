"""What every page of ours must be, at each size and in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python

from .conftest import PICTURES, THEMES, Watched

_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# Two violations are known in Dash's own date picker and dropdown.
_NOT_OURS = [[".dash-datepicker"], [".dash-dropdown-wrapper"]]


def assert_good_in_both_themes(shown: Watched, picture: str = "", *, first: bool = False) -> None:
    """
    No axe violation of ours, no sideways scroll, a clean console, in light and in dark.

    Args:
        shown: The page, as far as it shall be looked at; its theme is switched in place.
        picture: Begin of the names of its pictures; none are taken without one.
        first: Also picture what a visitor sees without scrolling.
    """
    for theme in THEMES:
        shown.in_theme(theme)
        if picture:
            PICTURES.mkdir(exist_ok=True)
            shown.page.screenshot(path=PICTURES / f"{picture}-{theme}.png", full_page=True)
        if first:
            shown.page.screenshot(path=PICTURES / f"{picture}-{theme}-first.png")

        assert violations(shown) == []
        assert shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shown.assert_clean()


def silent_tiles(shown: Watched) -> list[str]:
    """Return the charts in sight that tell a screen reader nothing; not those folded away."""
    found: list[str] = shown.page.evaluate(
        "[...document.querySelectorAll('.tile.chart')].filter(tile => tile.checkVisibility() &&"
        " !tile.querySelector('p.visually-hidden').textContent).map(tile => tile.dataset.tile)"
    )
    return found


def violations(shown: Watched) -> list[str]:
    """Return what axe finds that is not in Dash's own components."""
    if shown.page.evaluate("window.axe === undefined"):
        shown.page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = shown.page.evaluate(
        "exclude => axe.run({exclude}, {resultTypes: ['violations']})", _NOT_OURS
    )
    return [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
