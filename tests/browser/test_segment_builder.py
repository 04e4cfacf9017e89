"""A marketer builds a segment, keeps it, passes it on, asks why, and takes its members along."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Request

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
_CARD = "document.querySelector('.number-cards .kpi-value').textContent"
_COUNT = "document.getElementById('segments-members-count').textContent"


def _choose(shown: Watched, template: str) -> Watched:
    shown.page.click(f".template:has-text('{template}')")
    return shown.until("document.querySelectorAll('.rule-condition').length > 0").settle()


def _members(shown: Watched) -> int:
    """Return how many members the card shows, once the table says the same."""
    shown.settle().until(f"{_CARD} !== '\u2013' && {_COUNT}.startsWith({_CARD} + ' ')")
    return int(str(shown.page.evaluate(_CARD)).replace(",", ""))


def _save(shown: Watched, name: str) -> Watched:
    shown.page.click("#segments-save")
    shown.page.wait_for_selector("#segments-dialog-name", state="visible")
    shown.page.fill("#segments-dialog-name", name)
    shown.page.click("#segments-dialog-done")
    return shown.until("location.search.includes('open=')").settle()


def test_from_a_template_to_a_file(sample_shop: Served, visit: Visit, tmp_path: Path) -> None:
    """Template, edit, save, reload by link, why one is in, and a file with as many rows."""
    shown = visit(sample_shop).open("/segments?view=builder")
    _choose(shown, "Lapsed big spenders")
    before = _members(shown)
    days = shown.page.locator("[aria-label='Days since last order'] input")
    days.fill("60")
    shown.until(f"{_CARD} !== '{before:,}'")
    after = _members(shown)
    _save(shown, "Away for two months")
    link = shown.page.evaluate("location.pathname + location.search")

    opened = visit(sample_shop).open(link)
    opened.until("document.getElementById('segments-name').textContent === 'Away for two months'")

    assert _members(opened) == after > before
    assert "at least 60 days ago" in opened.page.inner_text("#segments-sentence")
    assert opened.page.input_value("[aria-label='Days since last order'] input") == "60"

    opened.page.locator(".ag-row[row-index='0'] .key-cell").click()
    opened.until("document.querySelector('.why-head')").settle()
    assert "is in" in opened.page.inner_text(".why-head")
    assert opened.page.locator(".why-list li").count() == 2

    with opened.page.expect_download() as download:
        opened.page.click("#segments-csv")
    path = tmp_path / "members.csv"
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == after
    assert len({row["customer_id"] for row in rows}) == after
    opened.assert_clean()


def test_groups_and_unfinished_conditions(sample_shop: Served, visit: Visit) -> None:
    """A group joins by "or"; what is not finished is left aside with a sentence."""
    shown = visit(sample_shop).open("/segments?view=builder")
    _choose(shown, "Lapsed big spenders")
    alone = _members(shown)
    shown.page.click("text=Add a group")
    group = shown.page.locator(".rule-group .rule-group")
    group.locator("text=Add a condition").click()
    group.locator(".dropdown-item:has-text('Country')").first.click()
    shown.until("document.querySelector('.rule-problem')").settle()

    assert "Choose at least one" in shown.page.inner_text(".rule-group .rule-problem")
    assert _members(shown) == alone

    shown.page.locator(".rule-names").click()
    shown.page.locator(".dash-dropdown-option").first.click()
    shown.page.keyboard.press("Escape")
    shown.until("!document.querySelector('.rule-group .rule-problem')")

    assert _members(shown) < alone
    assert "ordered from" in shown.page.inner_text("#segments-sentence")

    shown.page.reload()
    shown.settle()
    assert "ordered from" in shown.page.inner_text("#segments-sentence"), "kept though not saved"
    group.locator("[aria-label='Remove this group']").click()
    shown.until("!document.querySelector('.rule-group .rule-group')")
    assert _members(shown) == alone
    shown.assert_clean()


def test_one_question_at_a_time(sample_shop: Served, visit: Visit) -> None:
    """Fast edits: what follows an answer is asked when it has come, and for the last rule."""
    shown = visit(sample_shop).open("/segments?view=builder")
    _choose(shown, "Lapsed big spenders")
    _members(shown)
    told: list[tuple[str, str]] = []

    def kind(request: Request) -> str:
        body = request.post_data or ""
        if '"output":"..segments-sentence' in body:
            return "count"
        return "spreads" if '"output":"segments-spreads.data' in body else ""

    def note(what: str, request: Request) -> None:
        if kind(request):
            told.append((what, kind(request)))

    shown.page.on("request", partial(note, "asked"))
    shown.page.on("requestfinished", partial(note, "came"))
    days = shown.page.locator("[aria-label='Days since last order'] input")
    for value in range(60, 70):
        days.fill(str(value))
        shown.page.wait_for_timeout(250)
    shown.settle()

    assert told.count(("asked", "spreads")) >= 1
    for place, one in enumerate(told):
        if one == ("asked", "spreads"):
            before = told[:place]
            counts = [before.count((what, "count")) for what in ("asked", "came")]
            assert counts[0] == counts[1] > 0
    assert told[-1] == ("came", "spreads")
    assert "at least 69 days ago" in shown.page.inner_text("#segments-sentence")
    shown.assert_clean()


def test_kept_segments_have_a_history(sample_shop: Served, visit: Visit) -> None:
    """A change is a version with its difference, one can go back, duplicate and archive."""
    shown = visit(sample_shop).open("/segments?view=builder")
    _choose(shown, "Best customers")
    _members(shown)
    _save(shown, "The best")
    shown.page.locator("[aria-label='Frequency score'] input").fill("5")
    shown.until("document.getElementById('segments-state').textContent.includes('not saved')")
    shown.settle().page.click("#segments-save")
    shown.page.click("#segments-dialog-done")
    shown.until("document.getElementById('segments-state').textContent.startsWith('Version 2')")
    shown.page.click("a:has-text('Saved segments')")
    card = shown.page.locator(".saved-card", has=shown.page.locator("h3", has_text="The best"))
    card.first.wait_for()
    card.first.locator("text=History").click()
    shown.until("document.querySelectorAll('.history > li').length === 2").settle()
    assert "frequency score of at least 4" in shown.page.inner_text(".history")

    shown.page.click("text=Go back to this")
    shown.until("document.querySelectorAll('.history > li').length === 3").settle()
    card.first.locator("text=Duplicate").click()
    shown.page.wait_for_selector("h3:has-text('Copy of The best')")
    card.first.locator("text=Archive").click()
    shown.until("!document.querySelector('.saved-list').textContent.includes('Copy of The best')")
    shown.assert_clean()


def test_any_product_is_found_by_typing(sample_shop: Served, visit: Visit) -> None:
    """A product far down the list is found by a word of its name, and named in the sentence."""
    shown = visit(sample_shop).open("/segments?view=builder")
    shown.page.click("summary:has-text('Add a condition')")
    shown.page.locator(".dropdown-item:has-text('Product bought')").first.click()
    shown.until("document.querySelector('.rule-names')").settle().page.locator(
        ".rule-names"
    ).click()
    options = "[...document.querySelectorAll('.dash-dropdown-option')].map(e => e.textContent)"
    # What is typed before the list is open goes nowhere.
    shown.until(f"{options}.length && document.activeElement.tagName === 'INPUT'")
    before = shown.page.evaluate(options)
    shown.page.keyboard.type("mug")
    shown.until(f"{options}.length && {options}.every(text => /mug/i.test(text))").settle()
    found = shown.page.evaluate(options)
    assert any(one not in before for one in found)
    shown.page.locator(".dash-dropdown-option").last.click()
    shown.page.keyboard.press("Escape")
    name = found[-1].rsplit(" (", 1)[0]
    said = "document.getElementById('segments-sentence').textContent"
    shown.until(f"{said}.includes({name!r})").settle()
    shown.assert_clean()


def test_who_saves_second_can_have_theirs(sample_shop: Served, visit: Visit) -> None:
    """Told that another was first, one press makes the version kept aside the newest."""
    first = visit(sample_shop).open("/segments?view=builder")
    _choose(first, "Best customers")
    _members(first)
    _save(first, "Both of us")
    second = visit(sample_shop).open(first.page.evaluate("location.pathname + location.search"))
    second.until("document.getElementById('segments-name').textContent === 'Both of us'").settle()
    for shown, score in ((first, "5"), (second, "3")):
        shown.page.locator("[aria-label='Frequency score'] input").fill(score)
        shown.until("document.getElementById('segments-state').textContent.includes('not saved')")
        shown.settle().page.click("#segments-save")
        shown.page.wait_for_selector("#segments-dialog-name", state="visible")
        shown.page.click("#segments-dialog-done")
    second.page.wait_for_selector("#segments-dialog-adopt", state="visible")
    assert "while you worked" in second.page.inner_text("#segments-dialog-error")
    second.page.click("#segments-dialog-adopt")
    second.until("document.getElementById('segments-state').textContent.startsWith('Version 3')")
    assert "frequency score of at least 3" in second.page.inner_text("#segments-sentence")
    second.assert_clean()


def test_the_members_are_asked_for_only_when_seen(sample_shop: Served, visit: Visit) -> None:
    """Looking at RFM asks for no page of members; opening the builder does."""
    shown = visit(sample_shop)
    asked: list[str] = []
    shown.page.on("request", lambda request: asked.append(request.post_data or ""))
    shown.open("/segments").see_everything()
    assert not any("segments-members.getRowsResponse" in one for one in asked)
    shown.open("/segments?view=builder").see_everything()
    assert any("segments-members.getRowsResponse" in one for one in asked)


@pytest.mark.parametrize("size", SIZES)
def test_accessible(sample_shop: Served, visit: Visit, size: str) -> None:
    """The builder with a rule in it, then the saved segments, in both themes."""
    shown = visit(sample_shop, size=size).open("/segments?view=builder")
    _choose(shown, "New from").see_everything()

    assert_good_in_both_themes(shown, f"segments-builder-{size}")
    shown.page.click("a:has-text('Saved segments')")
    shown.until("location.search.includes('view=saved')").settle().see_everything()
    assert_good_in_both_themes(shown, f"segments-saved-{size}")
