"""The Baskets tab as a reader uses it: rules found, tightened, opened, tried, saved."""

from __future__ import annotations

import pytest

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
FOUND = "!document.getElementById('baskets-found').hidden"
COUNTED = "/^[\\d,]+ rules/.test(document.getElementById('baskets-count').textContent)"


def open_baskets(shown: Watched, address: str = "/baskets") -> Watched:
    """Open the tab and wait for its rules."""
    shown.open(address)
    return shown.until(FOUND).until(COUNTED).settle()


def rules(shown: Watched) -> int:
    """Return how many rules fit the sliders."""
    return int(shown.page.inner_text("#baskets-count").split()[0].replace(",", ""))


def test_from_rules_to_a_segment(sample_shop: Served, visit: Visit) -> None:
    """Mine, tighten lift, open a rule, simulate a bundle, save the segment."""
    shown = open_baskets(visit(sample_shop))
    page = shown.page
    assert "bought together beyond chance" in page.inner_text("#baskets-state")
    before = rules(shown)
    handle = page.locator("#baskets-lift [role=slider], #baskets-lift input[type=range]").last
    handle.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    shown.until(f"!document.getElementById('baskets-count').textContent.startsWith('{before} ')")

    handle.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    shown.until(f"document.getElementById('baskets-count').textContent.startsWith('{before} ')")
    shown.settle()
    cell = page.locator("#baskets-rules .ag-pinned-left-cols-container .key-cell").first
    shown.until("!!document.querySelector('#baskets-rules .key-cell')?.textContent.trim()")
    cell.click()
    shown.until("document.getElementById('baskets-bundle').textContent.includes('Additional')")
    shown.settle()
    gained = page.inner_text("#baskets-bundle .kpi-value >> nth=0")
    page.fill("#baskets-take-up", "60")
    shown.until(
        "document.querySelector('#baskets-bundle .kpi-value').textContent !== "
        f"{gained!r} && document.getElementById('baskets-bundle').textContent.includes('60.0%')"
    )
    assert "Goes with it" in page.inner_text("#baskets-companions")

    page.click("#baskets-save")
    page.wait_for_selector("#baskets-saved a")
    name = page.inner_text("#baskets-saved a")
    assert name.startswith("“Bought ")
    page.click("#baskets-saved a")
    sentence = "document.getElementById('segments-sentence')"
    shown.until(f"/bought/i.test({sentence} && {sentence}.textContent)")
    shown.settle().assert_clean()


def test_a_rule_opened_by_keyboard_becomes_a_plan(sample_shop: Served, visit: Visit) -> None:
    """Arrow and Enter open a rule; its bundle is the plan of an experiment, signed by the name."""
    shown = open_baskets(visit(sample_shop))
    page = shown.page
    shown.until("!!document.querySelector('#baskets-rules .key-cell')?.textContent.trim()")
    page.locator("#baskets-rules .key-cell").first.focus()
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    shown.until("document.getElementById('baskets-bundle').textContent.includes('Additional')")
    page.fill("#baskets-author", "Ann of Baskets")
    page.keyboard.press("Tab")
    shown.settle()
    page.click("#baskets-plan")
    sentence = "document.getElementById('experiments-sentence')"
    shown.until(f"/of Bought .* would/.test({sentence} && {sentence}.textContent)")
    shown.settle()
    entries = page.evaluate(
        "[...document.querySelectorAll('.plan-form input[type=range]')].map((one) => one.value)"
    )
    signed = page.evaluate("document.getElementById('experiments-author').value")

    assert entries[2] == "10", "the bundle's discount"
    assert signed == "Ann of Baskets"
    page.goto(f"{sample_shop.url}/segments?view=saved")
    shown.until("document.body.innerText.includes('Ann of Baskets')")
    shown.settle().assert_clean()


def test_other_filters_are_other_rules_and_the_first_come_back_at_once(
    sample_shop: Served, visit: Visit
) -> None:
    """By category, then by product again, without a second search."""
    shown = open_baskets(visit(sample_shop))
    shown.page.click(".baskets .segment:has-text('Categories')")
    shown.until("document.getElementById('baskets-state').textContent.includes('categories')")
    shown.settle()
    searched = sample_shop.log_text().count("job tag=baskets")
    assert searched > 0
    shown.page.click(".baskets .segment:has-text('Products')")
    shown.until("document.getElementById('baskets-state').textContent.includes('products')")
    shown.settle().assert_clean()
    assert sample_shop.log_text().count("job tag=baskets") == searched


@pytest.mark.parametrize("size", SIZES)
def test_accessible(sample_shop: Served, visit: Visit, size: str) -> None:
    """With everything open, in both themes."""
    shown = open_baskets(visit(sample_shop, size=size))
    titles = shown.page.locator(".bundle-title")
    if titles.count():
        titles.first.click()
        shown.until("document.getElementById('baskets-bundle').textContent.includes('Additional')")
    shown.see_everything()

    assert_good_in_both_themes(shown, f"baskets-open-{size}")
