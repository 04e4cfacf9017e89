"""A segment as a filter of the tabs, the way a reader uses it."""

from __future__ import annotations

import pytest

from .conftest import Served, Visit, Watched

pytestmark = pytest.mark.browser
CHAMPIONS = "/overview?segment=rfm-champions"


def choose(shown: Watched, name: str) -> Watched:
    """Choose whose sales are shown."""
    shown.page.click("#shell-customers")
    shown.page.locator(".dash-dropdown-content").get_by_text(name, exact=True).click()
    shown.page.keyboard.press("Escape")
    return shown.settle()


def chips(shown: Watched) -> str:
    """Return what the chips say."""
    return str(shown.page.inner_text("#shell-chips"))


def test_a_segment_is_chosen_kept_in_the_address_and_taken_back(
    sample_shop: Served, visit: Visit
) -> None:
    """Chip, reload, shared link, back: all show the same customers."""
    shown = visit(sample_shop).open("/overview")
    everybody = shown.numbers()
    champions = choose(shown, "Champions (RFM)").numbers()

    assert champions != everybody
    assert "segment=rfm-champions" in shown.page.url
    assert "Segment: Champions (RFM)" in chips(shown)
    shown.page.reload()
    assert shown.settle().numbers() == champions
    assert visit(sample_shop).open(CHAMPIONS).numbers() == champions

    shown.page.click("#shell-chips .chip-segment")
    assert shown.settle().numbers() == everybody
    assert "segment" not in shown.page.url
    shown.page.go_back()
    assert shown.settle().numbers() == champions
    shown.assert_clean()


def test_the_trust_panel_says_whom_and_as_of_when(sample_shop: Served, visit: Visit) -> None:
    """Same members in both periods, and how many lines the others have."""
    shown = visit(sample_shop).open(CHAMPIONS)

    shown.page.click('[data-tile="overview-kpi-revenue"] button')
    shown.page.wait_for_timeout(600)
    told = shown.page.inner_text("#shell-trust")

    assert "customers in the segment “Champions” as of" in told
    assert "the same customers in both periods" in told
    assert "Sale lines of customers outside “Champions”" in told
    shown.assert_clean()


def test_an_unknown_segment_is_told_and_everybody_is_shown(
    sample_shop: Served, visit: Visit
) -> None:
    """Whatever an address asks for."""
    plain = visit(sample_shop).open("/overview").numbers()

    for word in ("0123456789abcdef", "rfm-nobody", "%27%20OR%201"):
        shown = visit(sample_shop).open(f"/overview?segment={word}")
        assert shown.numbers() == plain
        assert "segment" in shown.page.inner_text("#shell-toasts")
        assert "segment" not in shown.page.evaluate("location.href")
        shown.assert_clean()


def test_the_segments_tab_shows_everybody_and_says_so(sample_shop: Served, visit: Visit) -> None:
    """The chip stays, marked as not for this tab; its tiles ask nothing anew."""
    plain = visit(sample_shop).open("/segments").page.inner_text('[data-tile="segments-table"]')

    shown = visit(sample_shop).open(CHAMPIONS.replace("overview", "segments"))

    assert "not on this tab" in chips(shown)
    assert shown.page.inner_text('[data-tile="segments-table"]') == plain
    shown.page.click('.side a[href^="/overview"]')
    shown.settle()
    assert "not on this tab" not in chips(shown)
    shown.assert_clean()


def test_a_saved_segment_can_be_chosen_without_a_reload(sample_shop: Served, visit: Visit) -> None:
    """Saved in the builder, it is among the choices as soon as that tab is left."""
    shown = visit(sample_shop).open("/segments?view=builder")
    shown.page.locator(".template").first.click()
    shown.settle()
    shown.page.click("#segments-save")
    shown.page.fill("#segments-dialog-name", "Chosen by test")
    shown.page.click("#segments-dialog-done")
    shown.until("location.search.includes('open=')").settle()
    shown.page.click('.side a[href^="/overview"]')
    everybody = shown.settle().numbers()

    choose(shown, "Chosen by test")

    assert shown.numbers() != everybody
    assert "Segment: Chosen by test" in chips(shown)
    shown.assert_clean()
