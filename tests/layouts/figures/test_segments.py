"""The charts of RFM segments: colours that can be read, cuts in their place, bands that add up."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from analytics.models.rfm import NOT_YET as MODEL_NOT_YET
from analytics.models.rfm import SEGMENTS
from layouts.figures.segment_colours import DARK, LIGHT, NOT_YET, SEGMENT_NAMES, tokens
from layouts.figures.segments import (
    Spread,
    cut_place,
    holdout_figure,
    map_figure,
    shares_figure,
    spread_figure,
    treemap_figure,
)
from layouts.figures.segments_movement import movement_figure
from layouts.figures.theme import SURFACE, THEMES

ASSETS = Path(__file__).parents[3] / "dashboard" / "assets"


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def segments() -> pd.DataFrame:
    """Ten segments, the sixth without anybody."""
    customers = [0 if place == 5 else 10 + place for place in range(10)]
    frame = pd.DataFrame({"segment": list(SEGMENTS), "customers": customers})
    frame["revenue"] = frame["customers"] * 5.0
    frame["share"] = frame["customers"] / frame["customers"].sum()
    frame["revenue_share"] = frame["revenue"] / frame["revenue"].sum()
    return frame


def test_the_names_are_the_models() -> None:
    """What is drawn and what is computed are the same ten segments in the same order."""
    assert list(SEGMENT_NAMES.items()) == list(SEGMENTS.items())
    assert NOT_YET == MODEL_NOT_YET


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_every_segment_can_be_read(colours: dict[str, tuple[str, str]]) -> None:
    """What is written on a segment's colour has a contrast of at least 4.5 to 1."""
    low = {word: _contrast(*pair) for word, pair in colours.items() if _contrast(*pair) < 4.5}

    assert low == {}


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_swatches_have_the_colours_of_the_charts(
    theme: str, colours: dict[str, tuple[str, str]]
) -> None:
    """The style sheet and the figures name one colour for a segment."""
    sheet = (ASSETS / "40-segments.css").read_text(encoding="utf-8")
    block = sheet.split(f'[data-bs-theme="{theme}"] {{')[1].split("}")[0]
    written = dict(re.findall(r"--seg-(\w+): (#\w+);", block))

    assert written == {word: pair[0] for word, pair in colours.items() if word != NOT_YET}


def test_every_stand_in_has_a_colour_in_both_themes(segments: pd.DataFrame) -> None:
    """No figure carries a stand-in that a theme does not know, and none means two things."""
    figures = [
        treemap_figure(segments, "customers", "EUR"),
        shares_figure(segments),
        movement_figure(
            pd.DataFrame(
                {
                    "before": ["champions", NOT_YET],
                    "now": ["at_risk", "new_customers"],
                    "customers": [3, 4],
                    "worth": [9.0, 0.0],
                }
            ),
            "customers",
            "EUR",
        ),
    ]
    used = set(re.findall(r"rgb\(0,0,\d+\)", " ".join(f.to_json() for f in figures)))

    for theme in THEMES.values():
        assert used <= set(theme["tokens"])
        assert len(set(tokens(LIGHT))) == 3 * len(LIGHT)


def test_a_segment_without_customers_has_no_area(segments: pd.DataFrame) -> None:
    """The treemap shows only segments with somebody in them; the bars show all ten."""
    areas = treemap_figure(segments, "revenue", "EUR").data[0]

    assert "need_attention" not in areas.ids
    assert sum(areas.values) == segments["revenue"].sum()
    assert len(shares_figure(segments).data[0].y) == 10


def test_the_map_has_a_cell_for_each_pair_of_scores() -> None:
    """25 cells, each in its segment's colour and with its number on it."""
    cells = pd.DataFrame(
        [
            {"r": r, "f": f, "segment": "promising", "customers": 10 * r + f}
            for r in range(1, 6)
            for f in range(1, 6)
        ]
    )
    figure = map_figure(cells)

    assert len(figure.layout.shapes) == 25
    assert {"<b>11</b>", "<b>55</b>"} <= {
        note.text.split("<br>")[0] for note in figure.layout.annotations
    }


@pytest.mark.parametrize(
    ("even", "edges", "cut", "place"),
    [
        ("equal", (0, 10, 20, 30), 15, 1.5),
        ("equal", (0, 10, 20, 30), 99, 3.0),
        ("whole", (1, 2, 3, math.inf), 1, 1.0),
        ("whole", (1, 2, 3, math.inf), 2.4, 2.0),
        ("ratio", (0, 1, 100, math.inf), 10, 1.5),
        ("ratio", (0, 1, 100, math.inf), 500, 2.5),
        ("ratio", (0, 1, 100, math.inf), 0.5, 0.5),
        ("ratio", (-5, 1, 100, math.inf), -9, 0.0),
    ],
)
def test_a_cut_stands_between_the_bins_it_divides(
    even: str, edges: tuple[float, ...], cut: float, place: float
) -> None:
    """A cut of whole numbers stands behind its own bar, others within theirs."""
    spread = Spread(edges, (1,) * (len(edges) - 1), (cut,) * 4, even)

    assert cut_place(spread, cut) == pytest.approx(place)


def test_equal_cuts_are_drawn_once() -> None:
    """Half of the customers bought once: two cuts are the same, and one line is drawn."""
    spread = Spread((1, 2, 3, 4, math.inf), (50, 20, 9, 5), (1, 1, 2, 3), "whole")
    figure = spread_figure(spread, ["1", "2", "3", "4 and more"], best_first=False)

    assert len(figure.layout.shapes) == 3
    assert [note.text for note in figure.layout.annotations] == ["1", "3", "4", "5"]


def test_bands_stay_within_the_drawing() -> None:
    """Every mark of the movement stands between top and bottom, in the order of segments."""
    words = list(SEGMENTS)
    moved = pd.DataFrame(
        {"before": words, "now": words[::-1], "customers": [1000, *[10] * 9], "worth": 1.0}
    )
    sankey = movement_figure(moved, "customers", "EUR").data[0]
    left = list(sankey.node.y)[:10]

    assert left == sorted(left)
    assert min(left) > 0 and max(left) < 1
    assert sum(sankey.link.value) == 1090


def test_each_mark_of_the_movement_is_named_beside_it() -> None:
    """Names stand at their mark's height, on a patch that no band shows through."""
    moved = pd.DataFrame(
        {
            "before": ["champions", "at_risk"],
            "now": ["at_risk", "at_risk"],
            "customers": [900, 100],
            "worth": 1.0,
        }
    )
    figure = movement_figure(moved, "customers", "EUR")
    notes, sankey = figure.layout.annotations, figure.data[0]

    assert [note.text for note in notes] == ["Champions 900", "At risk 100", "At risk 1,000"]
    assert [note.xanchor for note in notes] == ["left", "left", "right"]
    assert [1 - note.y for note in notes] == pytest.approx(list(sankey.node.y))
    assert all(note.bgcolor == SURFACE for note in notes)


def test_the_holdout_leaves_empty_segments_out() -> None:
    """A segment nobody was in has no bar."""
    table = pd.DataFrame(
        {
            "segment": ["champions", "promising"],
            "customers": [5, 0],
            "buyers": [3, 0],
            "buyer_share": [0.6, 0.0],
            "revenue": [50.0, 0.0],
            "revenue_per_customer": [10.0, 0.0],
        }
    )
    figure = holdout_figure(table, "EUR")

    assert list(figure.data[0].y) == ["Champions"]
    json.loads(figure.to_json())
