"""A marketer sends a saved segment to a folder and a webhook, and follows what happens."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analytics.activation.receiver import receiver

from .conftest import SIZES, Served, Visit, Watched, _dashboard, _environment, serving
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
_FORM = "#segments-deliveries-"


@pytest.fixture(scope="module")
def sending_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small shop of its own that may post to this machine; deliveries change it."""
    folder = tmp_path_factory.mktemp("sending-shop")
    environment = _environment(folder / "data", CLIENTELE_WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    _dashboard(environment, "sample", "--customers", "900", "--lines", "9000", "--products", "90")
    with serving(environment, folder / "log.txt") as served:
        yield served


def _saved(shown: Watched, template: str, name: str) -> int:
    """Save a template as a segment; return its members."""
    shown.open("/segments?view=builder").page.click(f".template:has-text('{template}')")
    shown.until("document.querySelectorAll('.rule-condition').length > 0").settle()
    members = int(shown.page.inner_text(".number-cards .kpi-value >> nth=0").replace(",", ""))
    shown.page.click("#segments-save")
    shown.page.wait_for_selector("#segments-dialog-name", state="visible")
    shown.page.fill("#segments-dialog-name", name)
    shown.page.click("#segments-dialog-done")
    shown.until("location.search.includes('open=')").settle()
    return members


def _log(shown: Watched, words: str) -> str:
    """Wait until the log of runs has these words; return all of it."""
    shown.until(
        f"document.getElementById('segments-deliveries-log').textContent.includes({words!r})"
    )
    return shown.page.inner_text("#segments-deliveries-log")


def test_a_saved_segment_is_sent_in_a_few_clicks(
    sending_shop: Served, visit: Visit, tmp_path: Path
) -> None:
    """Send, to the folder: the file has the members the page counted; then to a webhook, signed."""
    shown = visit(sending_shop)
    members = _saved(shown, "Best customers", "The best")
    shown.open("/segments?view=saved").page.click("text=Send…")
    sentence = "document.getElementById('segments-deliveries-sentence').textContent"
    shown.until(f"{sentence}.includes('{members:,} customers are in it now')")
    shown.page.click(_FORM + "send")
    place = re.search(r"in (/\S+\.csv)", _log(shown, "Delivered"))
    assert place is not None
    with Path(place[1]).open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == members

    with receiver() as there:
        shown.page.select_option(_FORM + "segment", label="The best")
        shown.page.click("label:has-text('A webhook')")
        shown.page.fill(_FORM + "url", there.url)
        shown.page.fill(_FORM + "batch", "10")
        shown.until(f"{sentence}.includes('10 at a time')")
        shown.page.click(_FORM + "send")
        shown.page.wait_for_selector(_FORM + "key-text", state="visible")
        secret = shown.page.inner_text(_FORM + "key-text")
        shown.page.click(_FORM + "key-done")
        _log(shown, f"{members:,} members posted to http://127.0.0.1")
        assert there.genuine(secret)
        assert len(there.posts) == -(-members // 10)

        shown.page.locator(".run-log .button:has-text('Send again')").first.click()
        there.wait_for(2 * -(-members // 10))
        _log(shown, "sent again")
    shown.assert_clean()


def test_a_receiver_that_is_away_can_be_stopped_and_wrong_addresses_are_said(
    sending_shop: Served, visit: Visit
) -> None:
    """What goes wrong is a sentence beside the run or the form, and survives a reload."""
    shown = visit(sending_shop)
    _saved(shown, "Cart of one", "One unit")
    shown.open("/segments?view=deliveries").page.select_option(_FORM + "segment", label="One unit")
    shown.page.click("label:has-text('A webhook')")
    shown.page.fill(_FORM + "url", "http://shop.example/x")
    sentence = "document.getElementById('segments-deliveries-sentence').textContent"
    shown.until(f"{sentence}.includes('must begin with https://')")
    shown.page.fill(_FORM + "url", "https://no-such-host.invalid/x")
    shown.until(f"{sentence}.includes('1,000 at a time')").page.click(_FORM + "save")
    error = "document.getElementById('segments-deliveries-error').textContent"
    shown.until(f"{error}.includes('no host is known')")

    with receiver() as gone:
        url = gone.url
    shown.page.fill(_FORM + "url", url)
    shown.until(f"{sentence}.includes('127.0.0.1')").page.click(_FORM + "send")
    shown.page.wait_for_selector(_FORM + "key-text", state="visible")
    shown.page.click(_FORM + "key-done")
    _log(shown, "Trying again")
    shown.page.reload()
    shown.settle()
    assert "nothing listens at that address" in _log(shown, "Trying again")
    shown.page.locator(".run-log .button:has-text('Stop')").first.click()
    _log(shown, "Stopped by hand")
    shown.assert_clean()


def test_a_schedule_is_paused_and_changed(sending_shop: Served, visit: Visit) -> None:
    """Every Monday at six: its next time is told, paused it is not due, the form opens with it."""
    shown = visit(sending_shop)
    _saved(shown, "Discount hunters", "Hunters")
    shown.open("/segments?view=deliveries").page.select_option(_FORM + "segment", label="Hunters")
    shown.page.click("label:has-text('Every week')")
    shown.page.fill(_FORM + "time", "06:00")
    sentence = "document.getElementById('segments-deliveries-sentence').textContent"
    shown.until(f"{sentence}.includes('every Monday at 06:00')").page.click(_FORM + "save")
    card = shown.page.locator(".delivery-list .saved-card", has_text="Hunters")
    card.wait_for()
    assert "Next: Mon" in card.inner_text()
    card.locator(".button:has-text('Pause')").click()
    card.locator(".button:has-text('Resume')").wait_for()
    assert "Paused: nothing is sent" in card.inner_text()

    card.locator(".button:has-text('Edit')").click()
    shown.until(
        "document.getElementById('segments-deliveries-head').textContent.includes('Change')"
    )
    assert shown.page.input_value(_FORM + "time") == "06:00"
    shown.page.fill(_FORM + "time", "07:30")
    shown.page.click(_FORM + "save")
    shown.page.wait_for_selector(".saved-card:has-text('07:30')")
    assert "Paused" in card.inner_text(), "a change of the hour does not let it go on"
    shown.assert_clean()


@pytest.mark.parametrize("size", SIZES)
def test_accessible(sending_shop: Served, visit: Visit, size: str) -> None:
    """The form with everything it can ask, in both themes."""
    shown = visit(sending_shop, size=size).open("/segments?view=deliveries")
    shown.page.click("label:has-text('A webhook')")
    shown.page.click("label:has-text('Every week')")
    shown.settle()

    assert_good_in_both_themes(shown, f"segments-deliveries-{size}")
