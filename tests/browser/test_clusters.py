"""A marketer finds groups, stops, finds again, reads their names and saves one as a segment."""

from __future__ import annotations

import pytest

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
_RUNS = "document.querySelector('#clusters-progress')?.hidden === false"
_DONE = "document.querySelectorAll('.group-card').length > 1 && !(" + _RUNS + ")"


def _found(shown: Watched) -> list[str]:
    """Find groups, if there are none yet, and return their names."""
    shown.open("/clusters")
    if not shown.page.query_selector(".group-card"):
        shown.page.click("#clusters-find")
        shown.until(_DONE).settle()
    return [one.inner_text() for one in shown.page.query_selector_all(".group-card h3")]


def test_groups_are_found_stopped_and_found_again(sample_shop: Served, visit: Visit) -> None:
    """Progress is told, survives a reload, stops when asked; the second run gives named groups."""
    shown = visit(sample_shop).open("/clusters")
    shown.page.click("label:has-text('Behaviour')")
    shown.page.click("#clusters-find")
    shown.until(_RUNS + " && /[0-9]+%/.test(document.querySelector('#clusters-doing').innerText)")
    shown.page.reload()
    shown.until(_RUNS)
    shown.page.click("#clusters-stop")
    shown.until("document.querySelector('#clusters-error').innerText === 'Stopped.'")
    names = _found(shown)
    assert len(names) >= 2
    assert len(set(names)) == len(names)
    shown.assert_clean()


def test_a_group_becomes_a_segment(sample_shop: Served, visit: Visit) -> None:
    """One click saves its customers; the segment has as many members as the group."""
    shown = visit(sample_shop)
    _found(shown)
    size = shown.page.inner_text(".group-card .group-size b >> nth=0")
    shown.page.click("button:has-text('Save its customers of today')")
    shown.until("document.querySelector('#clusters-saved').innerText.includes('is saved')")
    shown.page.click("#clusters-saved a:has-text('Open it')")
    shown.until("location.pathname === '/segments'").settle()
    shown.until("document.querySelector('.number-cards .kpi-value') !== null")
    members = shown.page.inner_text(".number-cards .kpi-value >> nth=0")

    assert size.startswith(f"{members} customers")
    shown.assert_clean()


@pytest.mark.parametrize("size", SIZES)
def test_results_are_accessible(sample_shop: Served, visit: Visit, size: str) -> None:
    """Cards, charts, the group looked at closer and how it was chosen, in both themes."""
    shown = visit(sample_shop, size=size)
    _found(shown)
    shown.page.click(".clusters-how > summary")
    shown.see_everything()

    assert_good_in_both_themes(shown)
