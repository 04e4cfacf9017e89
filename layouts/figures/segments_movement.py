"""Who moved between two snapshots, as bands from segment to segment."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from layouts.figures.segment_colours import NOT_YET, NOT_YET_NAME, SEGMENT_NAMES, fill, soft
from layouts.figures.segments import SHORT_NAMES
from layouts.figures.theme import SURFACE
from layouts.format import count, money

_SMALLEST_BAND = 0.004  # of all: thinner bands of the movement stay in its table only
_BAND_GAP = 0.031  # between the marks of the movement, of its height: room for a label


def movement_figure(moved: pd.DataFrame, value: str, currency: str) -> go.Figure:
    """
    Return who went where as bands from the earlier snapshot on the left to the later one.

    Args:
        moved: As `analytics.models.rfm.movement`.
        value: Column that gives the width: `customers` or `worth` (money).
        currency: ISO 4217 code.
    """
    bands = moved[moved[value] > 0]
    total = float(bands[value].sum())
    bands = bands[bands[value] >= total * _SMALLEST_BAND]
    order = [*SEGMENT_NAMES, NOT_YET]
    left = [word for word in order if (bands["before"] == word).any()]
    right = [word for word in order if (bands["now"] == word).any()]
    most = max(len(left), len(right))
    say = (lambda amount: money(amount, currency)) if value == "worth" else count
    sums = {side: moved.groupby(side)[value].sum() for side in ("before", "now")}
    names = {**SHORT_NAMES, NOT_YET: NOT_YET_NAME}
    labels = [f"{names[word]} {say(float(sums['before'][word]))}" for word in left]
    labels += [f"{names[word]} {say(float(sums['now'][word]))}" for word in right]
    middles = (
        _heights(bands, "before", left, value, most),
        _heights(bands, "now", right, value, most),
    )
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            node={
                # The names are written by `_name_marks`, over the bands.
                "label": [""] * len(labels),
                "customdata": labels,
                "color": [fill(word) for word in (*left, *right)],
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": [*middles[0], *middles[1]],
                "pad": 14,
                "thickness": 12,
                "line": {"width": 0},
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": [left.index(word) for word in bands["before"]],
                "target": [len(left) + right.index(word) for word in bands["now"]],
                "value": bands[value].tolist(),
                "color": [soft(word) for word in bands["before"]],
                "customdata": [
                    f"{names[row.before]} → {names[row.now]}: <b>{say(getattr(row, value))}</b>"
                    for row in bands.itertuples()
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    figure.update_layout(
        margin={"l": 2, "r": 2, "t": 8, "b": 8},
        annotations=_name_marks(labels, middles),
    )
    return figure


def _name_marks(
    labels: Sequence[str], middles: tuple[list[float], list[float]]
) -> list[dict[str, object]]:
    """Return each mark's name beside it on a patch of the tile's colour: bands never cross it."""
    places = [(0, "left", 16, middle) for middle in middles[0]]
    places += [(1, "right", -16, middle) for middle in middles[1]]
    return [
        {
            "text": label,
            "x": x,
            "y": 1 - middle,
            "xref": "paper",
            "yref": "paper",
            "xanchor": anchor,
            "yanchor": "middle",
            "xshift": shift,
            "showarrow": False,
            "font": {"size": 11.5},
            "bgcolor": SURFACE,
            "borderpad": 1,
        }
        for label, (x, anchor, shift, middle) in zip(labels, places, strict=True)
    ]


def _heights(
    bands: pd.DataFrame, side: str, words: list[str], value: str, most: int
) -> list[float]:
    """Return the middle of each mark of one side, from 0 on top to 1, gaps between them."""
    sums = bands.groupby(side)[value].sum()
    scale = (1 - _BAND_GAP * (most - 1)) / float(sums.sum())
    gap = _BAND_GAP * (most - 1) / max(1, len(words) - 1)
    middles, above = [], 0.0
    for word in words:
        part = float(sums[word]) * scale
        middles.append(min(0.999, max(0.001, above + part / 2)))
        above += part + gap
    return middles
