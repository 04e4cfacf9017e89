"""Rows of bars."""

from __future__ import annotations

import json

from layouts.figures.rows import Bar, Cell, Column, change_figure, ranking_figure, table_figure
from layouts.figures.theme import BAD, FADED, GOOD, MUTED, OTHER


def texts(figure: object) -> list[str]:
    """Return what is written beside the rows."""
    return [note["text"] for note in json.loads(figure.to_json())["layout"].get("annotations", [])]


def test_ranking() -> None:
    """Best on top, labelled, clickable by its key; what is not chosen is pale, the rest grey."""
    figure = ranking_figure(
        [
            Bar("Germany", 3.0, "€3", change=0.5, key="Germany"),
            Bar("France", 2.0, "€2", change=-0.5, key="France", chosen=False),
            Bar("Spain", 1.0, "€1", key="Spain", note="new"),
            Bar("7 other countries", 1.0, "€1", other=True),
        ]
    )
    (bars,) = figure.data

    assert list(bars.customdata) == ["Germany", "France", "Spain", None]
    assert list(bars.text) == ["€3", "€2", "€1", "€1"]
    assert list(bars.marker.opacity) == [1, FADED, 1, 1]
    assert bars.marker.color[3] == OTHER
    assert figure.layout.yaxis.range == (3.5, -0.5)
    assert texts(figure) == ["+50.0%", "\u221250.0%", "new"]
    colours = [note.font.color for note in figure.layout.annotations]
    assert colours == [GOOD, BAD, MUTED]


def test_names_are_not_markup() -> None:
    """A product called like a tag is shown, not obeyed; a long name is cut but hovers whole."""
    name = "<b>Mug</b> & " + "very " * 20 + "long"
    figure = ranking_figure([Bar(name, 1.0, "€1")], names_above=True)

    assert "<b>" not in texts(figure)[0]
    assert texts(figure)[0].endswith("…")
    assert "long" in figure.data[0].hovertext[0]


def test_changes_to_both_sides() -> None:
    """Good to the right, bad to the left, with room for labels on both."""
    figure = change_figure(
        [Bar("A", 5.0, "+5"), Bar("B", -5.0, "−5"), Bar("C", 0.0, "+0", other=True)]
    )

    assert list(figure.data[0].marker.color) == [GOOD, BAD, OTHER]
    assert figure.layout.xaxis.range == (-10.0, 10.0)


def test_changes_to_one_side() -> None:
    """Without a fall there is no empty left half."""
    assert change_figure([Bar("A", 4.0, "+4")]).layout.xaxis.range[0] == 0


def test_no_rows() -> None:
    """Nothing to draw is still a figure."""
    assert ranking_figure([]).layout.xaxis.range[1] > 0
    assert change_figure([]).layout.xaxis.range[1] > 0


def test_table() -> None:
    """Every cell is written, a smaller line below where there is one."""
    figure = table_figure(
        [Bar("Web", 4.0, "€4"), Bar("Store", 2.0, "€2")],
        [Column("Orders", 0.5, (Cell("3", "+1%", GOOD), Cell("1")))],
        bars_to=0.3,
        starts=[0.0, 2.0],
    )

    assert texts(figure) == ["Orders", "3", "+1%", "1"]
    assert figure.layout.xaxis.range == (0, 4.0)


def test_no_figure_carries_a_template() -> None:
    """The browser adds light or dark."""
    assert "template" not in json.loads(ranking_figure([Bar("A", 1.0, "1")]).to_json())["layout"]
