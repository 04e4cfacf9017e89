"""The Segments tab in a browser: read, painted, saved, taken back, seen at another time."""

from __future__ import annotations

import pytest

from tests.callbacks.test_segments_rfm import PUBLISHED

from .conftest import Served, Visit, Watched

pytestmark = pytest.mark.browser
_STATE = "document.getElementById('segments-rfm-state').textContent"
_TITLE = "document.querySelector('[data-tile=\"{}\"] h2').textContent"


def test_the_published_segments_are_on_the_page(gift_shop: Served, visit: Visit) -> None:
    """The table shows the ten published segments without anything being set."""
    shown = visit(gift_shop).open("/segments").see_everything()
    rows = shown.page.evaluate(
        "[...document.querySelectorAll('[data-tile=\"segments-table\"] tbody tr')]"
        ".map(row => [...row.children].map(cell => cell.textContent))"
    )

    assert {row[0]: (int(row[1].replace(",", "")), *row[3:6]) for row in rows} == PUBLISHED
    shown.assert_clean()


def test_a_cell_is_painted_saved_and_taken_back(sample_shop: Served, visit: Visit) -> None:
    """A painted cell changes every figure at once; saved, it outlives a reload; undo ends it."""
    shown = visit(sample_shop).open("/segments")
    shown.page.fill("#segments-author", "Ana")
    shown.page.press("#segments-author", "Tab")
    shown.page.click(".palette .segment:has-text('Need attention')")
    shown.page.focus(".rfm-cell >> nth=0")
    shown.page.keyboard.press("Enter")
    shown.until(f"{_STATE}.startsWith('1 cell painted')").settle()
    assert "Need attention" in _first_cell(shown)

    shown.page.click("#segments-rfm-save")
    shown.until(f"{_STATE}.endsWith('by Ana')").settle()
    again = visit(sample_shop).open("/segments")
    assert "Need attention" in _first_cell(again)

    again.page.click("#segments-rfm-undo")
    again.until(f"{_STATE}.startsWith('Version 3')").settle()
    assert "New customers" in _first_cell(again)
    shown.assert_clean()
    again.assert_clean()


def _first_cell(shown: Watched) -> str:
    title = shown.page.get_attribute(".rfm-cell >> nth=0", "title") or ""
    assert title.startswith("Recency 5, frequency 1")
    return title


def test_another_day_is_another_picture(gift_shop: Served, visit: Visit) -> None:
    """Choosing an earlier day shows what was known then, and so does a link to it."""
    shown = visit(gift_shop).open("/segments")
    now = shown.page.evaluate(_TITLE.format("segments-treemap"))
    shown.page.click("#segments-rfm-snapshot")
    shown.page.click(".dash-datepicker-calendar-container td:has-text('1') >> nth=0")
    shown.until("!document.querySelector('[data-tile=\"segments-treemap\"] .sub')"
                ".textContent.includes('10 Dec 2011')")  # fmt: skip
    shown.settle()
    then = shown.page.evaluate(_TITLE.format("segments-treemap"))

    assert then != now
    assert "at=2011-12-01" in shown.page.url
    link = visit(gift_shop).open(shown.page.url.removeprefix(gift_shop.url)).settle()
    assert link.page.evaluate(_TITLE.format("segments-treemap")) == then
    shown.assert_clean()
    link.assert_clean()


def test_typed_cuts_score_or_say_what_is_wrong(gift_shop: Served, visit: Visit) -> None:
    """Cuts that cannot be used are told beside them; good ones change the segments."""
    shown = visit(gift_shop).open("/segments")
    shown.page.click("label:has-text('Own cuts')")
    shown.page.click("#segments-rfm-cuts-apply")
    shown.until("document.getElementById('segments-rfm-cuts-error').textContent"
                ".includes('needs four values')")  # fmt: skip
    for place, text in enumerate(("30, 60, 90, 180", "1, 2, 4, 8", "100, 200, 400, 800")):
        shown.page.fill(f"#segments-rfm-cuts-form input >> nth={place}", text)
    shown.page.click("#segments-rfm-cuts-apply")
    shown.until(f"{_STATE}.startsWith('other cuts')").settle()

    assert "18.3% of customers" in shown.page.evaluate(_TITLE.format("segments-treemap"))
    shown.page.click("#segments-rfm-discard")
    shown.settle()
    assert "13.9% of customers" in shown.page.evaluate(_TITLE.format("segments-treemap"))
    shown.assert_clean()


def test_a_playbook_is_opened_and_edited(sample_shop: Served, visit: Visit) -> None:
    """Each segment's advice can be read and rewritten, and the original comes back."""
    shown = visit(sample_shop).open("/segments").see_everything()
    shown.page.click("#segments-playbook-choice")
    shown.page.click(".dash-dropdown-option:has-text('At risk')")
    shown.until("document.getElementById('segments-playbook-reading').textContent"
                ".includes('Win-back offer')")  # fmt: skip
    shown.page.click("#segments-playbook-edit")
    shown.page.fill("#segments-playbook-do", "Call them.")
    shown.page.click("#segments-playbook-save")
    shown.until("document.getElementById('segments-playbook-reading').textContent"
                ".includes('Call them.')")  # fmt: skip
    shown.page.click("#segments-playbook-edit")
    shown.page.click("#segments-playbook-reset")
    shown.until("document.getElementById('segments-playbook-reading').textContent"
                ".includes('Win-back offer')")  # fmt: skip
    shown.assert_clean()


def test_a_link_restores_how_customers_are_scored(sample_shop: Served, visit: Visit) -> None:
    """Returns, own cuts, the next period and the segment told of are in the address."""
    shown = visit(sample_shop).open("/segments")
    shown.page.click("label:has-text('Returns taken off')")
    shown.page.click("label:has-text('30 days')")
    shown.until("location.search.includes('returns=net') && location.search.includes('next=30')")
    shown.page.click("label:has-text('Own cuts')")
    own = {
        "recency": "20, 50, 100, 200",
        "frequency": "1, 2, 3, 5",
        "monetary": "50, 90, 200, 900",
    }
    for measure, cuts in own.items():
        shown.page.fill(f"[id*='segments-cuts'][id*='{measure}']", cuts)
    shown.page.click("text=Score by these")
    shown.until("location.search.includes('cuts=20')").see_everything()
    link = shown.page.evaluate("location.pathname + location.search")

    opened = visit(sample_shop).open(link + "&left=at_risk").see_everything()
    chosen = opened.page.evaluate(
        "[...document.querySelectorAll('.settings input:checked')]"
        ".map(e => e.parentElement.textContent)"
    )
    assert chosen == ["Own cuts", "Returns taken off", "30 days"]
    assert opened.page.input_value("[id*='segments-cuts'][id*='recency']") == "20, 50, 100, 200"
    assert "not saved yet" in opened.page.inner_text("#segments-rfm-state")
    assert "Expected in 30 days" in opened.page.inner_text("[data-tile='segments-table']")
    assert "At risk" in opened.page.inner_text("[data-tile='segments-movement'] h2")
    opened.page.click("#segments-rfm-discard")
    opened.until("!location.search.includes('cuts=') && location.search.includes('returns=net')")
    opened.assert_clean()
