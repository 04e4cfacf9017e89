"""Every tab, at both sizes and in both themes: clean, accessible, and pictured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from layouts.tabs import TABS

from .conftest import PICTURES, SIZES, THEMES, Served, Visit, Watched

pytestmark = pytest.mark.browser
_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# Two violations are known in Dash's own date picker and dropdown.
_NOT_OURS = [[".dash-datepicker"], [".dash-dropdown-wrapper"]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", [tab.word for tab in TABS])
def test_a_tab_is_clean_accessible_and_pictured(
    sample_shop: Served, visit: Visit, tab: str, size: str, theme: str
) -> None:
    """No console message, nothing from elsewhere, no axe violation of ours, no sideways scroll."""
    shown = visit(sample_shop, size=size, theme=theme).open(f"/{tab}").see_everything()
    PICTURES.mkdir(exist_ok=True)
    shown.page.screenshot(path=PICTURES / f"{tab}-{size}-{theme}.png", full_page=True)
    # What a visitor sees first; the README shows the Overview's.
    shown.page.screenshot(path=PICTURES / f"{tab}-{size}-{theme}-first.png")

    shown.assert_clean()
    assert violations(shown) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("tab", [tab.word for tab in TABS])
def test_every_tile_of_a_tab_has_an_answer(sample_shop: Served, visit: Visit, tab: str) -> None:
    """No tile in sight stays empty, and each says its answer to a screen reader."""
    shown = visit(sample_shop).open(f"/{tab}").see_everything()

    silent = shown.page.evaluate(
        "[...document.querySelectorAll('.tile.chart')].filter(tile => tile.offsetParent &&"
        " !tile.querySelector('p.visually-hidden').textContent).map(tile => tile.dataset.tile)"
    )

    assert silent == []
    assert "\u2013" not in shown.numbers().values()


def violations(shown: Watched) -> list[str]:
    """Return what axe finds that is not in Dash's own components."""
    shown.page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = shown.page.evaluate(
        "exclude => axe.run({exclude}, {resultTypes: ['violations']})", _NOT_OURS
    )
    return [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
