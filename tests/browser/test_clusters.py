"""A marketer finds groups, stops, finds again, reads their names and saves one as a segment."""

from __future__ import annotations

import time

import pytest

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes

pytestmark = pytest.mark.browser
_RUNS = "document.querySelector('#clusters-progress')?.hidden === false"
# Pixels that the map's points cover. What was drawn is only there until the page is composed,
# so it is drawn anew and read at once.
_PAINTED = """(() => {
  const cloud = document.querySelector("canvas.cloud");
  cloud.closest(".js-plotly-plot").emit("plotly_afterplot");
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [cloud.width, cloud.height];
  const pen = copy.getContext("2d");
  pen.drawImage(cloud, 0, 0);
  const {data} = pen.getImageData(0, 0, copy.width, copy.height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
})()"""
_NO_WEBGL = """
  const usual = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.includes("webgl") ? null : usual.call(this, kind, ...more);
  };
"""
_DONE = "document.querySelectorAll('.group-card').length > 1 && !(" + _RUNS + ")"


def _found(shown: Watched) -> list[str]:
    """Find groups, if there are none yet, and return their names."""
    shown.open("/clusters")
    if not shown.page.query_selector(".group-card"):
        shown.page.click("#clusters-find")
        shown.until(_DONE).settle()
    return [one.inner_text() for one in shown.page.query_selector_all(".group-card h3")]


def test_groups_are_found_stopped_and_found_again(sample_shop: Served, visit: Visit) -> None:
    """Progress is told and stops when asked; the second run gives named groups."""
    shown = visit(sample_shop).open("/clusters")
    shown.page.click("label:has-text('Behaviour')")
    shown.page.click("#clusters-find")
    shown.until(_RUNS + " && /[0-9]+%/.test(document.querySelector('#clusters-doing').innerText)")
    shown.page.click("#clusters-stop")
    # Two seconds on a machine of one's own: see the benchmark.
    shown.until("document.querySelector('#clusters-error').innerText === 'Stopped.'")
    names = _found(shown)

    assert len(names) >= 2
    assert len(set(names)) == len(names)
    shown.assert_clean()


def test_a_run_survives_a_reload(sample_shop: Served, visit: Visit) -> None:
    """A page that is loaded anew while groups are looked for follows the job to its end."""
    shown = visit(sample_shop).open("/clusters")
    shown.page.click("label:has-text('Taste')")
    shown.page.click("#clusters-find")
    shown.until(_RUNS)
    shown.page.reload()
    shown.until(
        "(document.querySelector('.clusters-summary')?.innerText ?? '').includes('Taste:')",
    ).settle()

    assert shown.page.inner_text("#clusters-error") == ""
    assert shown.failed == []


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


def test_a_named_segment_goes_on_to_an_experiment(sample_shop: Served, visit: Visit) -> None:
    """The name and the saver are the reader's; the plan of an experiment then has the segment."""
    shown = visit(sample_shop)
    _found(shown)
    name = f"Chosen by hand {time.time_ns()}"
    for entry, text in (("#clusters-author", "Ann"), ("#clusters-segment-name", name)):
        shown.page.fill(entry, text)
        shown.page.keyboard.press("Tab")
    shown.page.click("button:has-text('Save its customers of today')")
    shown.until("document.querySelector('#clusters-saved').innerText.includes('is saved')")
    said = shown.page.inner_text("#clusters-saved")
    shown.page.click("#clusters-saved a:has-text('Plan an experiment')")
    shown.until("location.pathname === '/experiments'").settle()
    chosen = (
        "[...document.querySelectorAll('select')].filter(one => one.id.includes('experiments') &&"
        " one.id.includes('segment')).map(one => (one.selectedOptions[0] || {}).textContent)[0]"
    )
    shown.until(f"({chosen}) === '{name}'")

    assert f"“{name}” is saved, owned by Ann." in said
    shown.assert_clean()


def test_the_map_is_drawn_by_webgl(sample_shop: Served, visit: Visit) -> None:
    """Its points are on a canvas, none of them SVG; a group switched off in the legend goes."""
    shown = visit(sample_shop)
    _found(shown)
    shown.see_everything()
    whole = shown.page.evaluate(_PAINTED)
    shown.page.locator("[data-tile=clusters-map] .legendtoggle").first.click(force=True)
    shown.until(f"{_PAINTED} < {whole}")

    assert whole > 1_000
    assert shown.page.locator("[data-tile=clusters-map] .scatterlayer .point").count() == 0
    shown.assert_clean()


def test_the_map_is_drawn_without_webgl(sample_shop: Served, visit: Visit) -> None:
    """Where a browser has no WebGL, Plotly draws the same points."""
    shown = visit(sample_shop)
    shown.page.add_init_script(_NO_WEBGL)
    _found(shown)
    shown.see_everything()

    assert shown.page.locator("canvas.cloud").count() == 0
    assert shown.page.locator("[data-tile=clusters-map] .scatterlayer .point").count() > 1_000
    shown.assert_clean()


@pytest.mark.parametrize("size", SIZES)
def test_results_are_accessible(sample_shop: Served, visit: Visit, size: str) -> None:
    """Cards, charts, the group looked at closer and how it was chosen, in both themes."""
    shown = visit(sample_shop, size=size)
    _found(shown)
    shown.page.click(".clusters-how > summary")
    shown.see_everything()

    assert_good_in_both_themes(shown)
