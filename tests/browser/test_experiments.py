"""A team plans on a segment, sees the bands, splits, exports, uploads results, is told."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
_SENTENCE = "document.getElementById('experiments-sentence').textContent"
_VERDICT = "document.getElementById('experiments-verdict').textContent"
_STATE = "(document.querySelector('#experiments-head .state') || {}).textContent"


def _planned(shown: Watched) -> Watched:
    """Open the plan of a message to all customers and wait for its answer."""
    shown.open("/experiments?view=plan")
    offer = """select[id*='"offer"']"""
    shown.page.select_option(offer, "message")
    return shown.until(f"{_SENTENCE}.startsWith('Message only')").settle()


def _saved(shown: Watched, name: str) -> Watched:
    shown.page.fill("#experiments-name", name)
    shown.page.click("#experiments-save")
    shown.until("location.search.includes('view=page')")
    return shown.until(f"{_STATE} === 'draft'").settle()


def test_from_a_plan_to_its_verdict(sample_shop: Served, visit: Visit, tmp_path: Path) -> None:
    """Plan, bands, draft, split, files of the arms, results, verdict, and a link that shows it."""
    shown = _planned(visit(sample_shop)).see_everything()
    assert "80%:" in shown.page.evaluate(_SENTENCE)
    assert "chance" in shown.page.inner_text("#experiments-design")
    bands = shown.page.inner_text("[data-tile='experiments-profit'] p.visually-hidden")
    assert "80% lie between" in bands

    _saved(shown, f"Letter {random.randrange(10**9)}")
    assert "Customers" in shown.page.inner_text("#experiments-run")
    shown.page.fill("input.rule-day[min]", "2025-10-27")
    shown.page.click("text=Freeze the arms and start")
    shown.until(f"{_STATE} === 'running'").settle()

    with shown.page.expect_download() as waiting:
        shown.page.click("text=Arms as CSV")
    with Path(waiting.value.path()).open(encoding="utf-8") as file:
        arms = list(csv.DictReader(file))
    assert {row["arm"] for row in arms} == {"Control", "Offer"}
    assert len({row["customer_id"] for row in arms}) == len(arms) > 3000

    results = tmp_path / "results.csv"
    with results.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "arm", "converted", "revenue"])
        for place, row in enumerate(arms):
            bought = place % (4 if row["arm"] == "Offer" else 8) == 0
            writer.writerow([row["customer_id"], row["arm"], int(bought), 20 if bought else 0])
    shown.page.set_input_files("#experiments-upload input", results)
    shown.until(f"{_VERDICT}.includes('raised')").settle()
    assert "“Offer” raised revenue per customer" in shown.page.evaluate(_VERDICT)

    shown.page.click("#experiments-run button:has-text('Stop')")
    shown.until(f"{_STATE} === 'stopped'").settle()
    shown.page.click("text=Write down the verdict")
    shown.until(f"{_STATE} === 'analysed'").settle()
    link = shown.page.evaluate("location.pathname + location.search")
    other = visit(sample_shop).open(link)
    other.until(f"{_STATE} === 'analysed'").see_everything()

    assert "“Offer” raised" in other.page.evaluate(_VERDICT)
    assert "State: stopped → analysed." in other.page.inner_text("#experiments-history")
    other.open("/experiments").see_everything()
    assert "brought" in other.page.inner_text("[data-tile='experiments-calibration']")
    shown.assert_clean()
    other.assert_clean()


def test_a_file_that_is_none_is_told(sample_shop: Served, visit: Visit, tmp_path: Path) -> None:
    """A sentence says which column is missing; nothing is changed."""
    shown = _saved(_planned(visit(sample_shop)), f"Gift {random.randrange(10**9)}")
    rfm = shown.page.evaluate("location.search")
    assert "experiment=" in rfm
    shown.page.fill("input.rule-day[min]", "2025-11-10")
    shown.page.click("text=Freeze the arms and start")
    shown.until(
        f"{_STATE} === 'running' || document.body.innerText.includes('too few are left')"
    ).settle()
    if shown.page.evaluate(_STATE) == "draft":  # another test's experiment has everybody
        return
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("customer,spend\nann,3\nbob,4\n", encoding="utf-8")
    shown.page.set_input_files("#experiments-upload input", wrong)
    told = "document.getElementById('experiments-upload-told').textContent"
    shown.until(f"{told}.includes('No column for the arm')")


def test_a_strategy_becomes_a_draft_by_one_click(sample_shop: Served, visit: Visit) -> None:
    """The ranked list leads to the page of a draft with its promise."""
    shown = visit(sample_shop).open("/experiments").see_everything()
    shown.until("document.querySelectorAll('.strategies button').length > 0")
    shown.page.click(".strategies button >> nth=0")
    shown.until("location.search.includes('experiment=')")
    shown.until(f"{_STATE} === 'draft'").settle()

    assert "Planned:" in shown.page.inner_text("#experiments-head")
    shown.page.click("text=Change the plan")
    shown.until("document.getElementById('experiments-save').textContent === 'Save the plan'")
    shown.settle().assert_clean()


def test_the_past_is_replayed_as_a_job(sample_shop: Served, visit: Visit) -> None:
    """It tells how far it is, and then how often the test would have been right."""
    shown = _planned(visit(sample_shop)).see_everything()
    shown.page.click("#experiments-prove")
    told = "document.getElementById('experiments-proof-told').textContent"
    shown.until(f"{told}.includes('random splits of the past')").settle()

    assert "the interval held it" in shown.page.evaluate(told)
    shown.assert_clean()


@pytest.mark.parametrize("size", SIZES)
def test_the_plan_is_accessible_and_fits(sample_shop: Served, visit: Visit, size: str) -> None:
    """Its figures, in both sizes and themes."""
    shown = visit(sample_shop, size=size).open("/experiments?view=plan")
    shown.until(f"{_SENTENCE}.includes('80%')").see_everything()

    assert_good_in_both_themes(shown, f"experiments-plan-{size}")
