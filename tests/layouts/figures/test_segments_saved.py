"""Overlaps whose areas are true, growth, and the builder's waterfall."""

from __future__ import annotations

import math
from datetime import date

import pytest

from layouts.figures.segments_builder import Step, waterfall_figure
from layouts.figures.segments_saved import distance, growth_figure, overlap_figure, overlap_words


@pytest.mark.parametrize(("first", "second", "shared"), [(1, 1, 0.5), (1, 0.5, 0.1), (1, 0.3, 0)])
def test_circles_share_what_they_should(first: float, second: float, shared: float) -> None:
    """The area two circles share, added up over a fine grid, is the one asked for."""
    apart = distance(first, second, shared)
    step = 0.004
    inside = sum(
        (x * step) ** 2 + (y * step) ** 2 <= first**2
        and (x * step - apart) ** 2 + (y * step) ** 2 <= second**2
        for x in range(-260, 400)
        for y in range(-260, 260)
    )

    assert inside * step**2 / math.pi == pytest.approx(shared, abs=0.005)


def test_an_overlap_names_its_parts() -> None:
    """Counts stand in the parts that have customers, names are shown as text."""
    figure = overlap_figure(("<b>A", "B"), (5, 0), 3)
    texts = [note.text for note in figure.layout.annotations]

    assert "<b>&lt;b&gt;A</b><br>8 customers" in texts
    assert "<b>5</b><br>only here" in texts and "<b>3</b><br>in both" in texts
    assert not any("<b>0</b>" in text for text in texts)
    assert overlap_words(("A", "B"), (5, 0), 0) == "“A” and “B” share nobody"


def test_a_narrow_part_has_no_words_that_run_into_the_next() -> None:
    """A small circle half inside a large one shows its counts alone, a sliver has its below."""
    texts = [note.text for note in overlap_figure(("A", "B"), (85, 853), 65).layout.annotations]
    assert "<b>85</b>" in texts and "<b>65</b>" in texts
    assert "<b>853</b><br>only here" in texts

    texts = [note.text for note in overlap_figure(("A", "B"), (1, 100_000), 1).layout.annotations]
    assert texts[2:] == ["<b>1</b> only here", "<b>1</b> in both", "<b>100,000</b><br>only here"]
    figure = overlap_figure(("A", "B"), (1, 100_000), 1)
    below = [note for note in figure.layout.annotations if note.showarrow]
    assert below[0].ay > below[1].ay > figure.layout.yaxis.range[0], "one under the other, in sight"


def test_a_waterfall_ends_at_the_members() -> None:
    """Bars hang between what was left before and after each step."""
    figure = waterfall_figure([Step("one", 10, 4), Step("two", 4, 6)], 10, 6)
    (bars,) = figure.data

    assert list(bars.x) == [10, 6, 2, 6]
    assert list(bars.base) == [0, 4, 4, 0]
    assert figure.layout.annotations[1].text == "−6"


def test_growth_labels_its_end() -> None:
    """The newest count is written beside the line."""
    figure = growth_figure([date(2025, 1, 31), date(2025, 2, 28)], [3, 1200])

    assert figure.layout.annotations[0].text == "<b>1,200</b>"
    assert growth_figure([], []).data
