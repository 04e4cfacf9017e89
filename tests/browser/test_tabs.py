"""Every tab, at both sizes and in both themes: clean, accessible, answered, and pictured."""

from __future__ import annotations

import pytest

from layouts.tabs import TABS

from .conftest import SIZES, Served, Visit
from .looks import assert_good_in_both_themes, silent_tiles

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", [tab.word for tab in TABS])
def test_a_tab_is_clean_accessible_answered_and_pictured(
    sample_shop: Served, visit: Visit, tab: str, size: str
) -> None:
    """
    Opened by its address: its link is on the screen, every tile in sight says its answer to a
    screen reader too, and in both themes there is no console message, nothing from elsewhere, no
    axe violation of ours and no sideways scroll. What a visitor sees first is pictured too: the
    README shows the Overview's.
    """
    shown = visit(sample_shop, size=size).open(f"/{tab}").see_everything()

    link = f".side .nav-link[href^='/{tab}']"
    place = shown.page.eval_on_selector(link, "one => one.getBoundingClientRect().toJSON()")
    assert place["left"] >= 0
    assert place["right"] <= SIZES[size]["width"]
    assert silent_tiles(shown) == []
    assert "\u2013" not in shown.numbers().values()
    assert_good_in_both_themes(shown, f"{tab}-{size}", first=True)
