"""The figures of the Baskets tab: names that neither touch nor are cut."""

from __future__ import annotations

import pandas as pd

from layouts.figures.baskets import network_figure


def network(nodes: int = 30) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return pairs of products on a grid, with long names."""
    places = [(at % 6 / 5, at // 6 / 4) for at in range(nodes)]
    found = pd.DataFrame(places, columns=["x", "y"]).assign(
        label=[f"Product with a name {at}" for at in range(nodes)],
        revenue=[float(nodes - at) for at in range(nodes)],
        community=[at // 2 for at in range(nodes)],
    )
    edges = pd.DataFrame(
        {"one": range(0, nodes, 2), "two": range(1, nodes, 2), "lift": 2.0, "orders": 10}
    )
    return found, edges


def test_a_phone_shows_fewer_names():
    """Some products are named there, only such as a wide drawing names or has room for."""
    figure = network_figure(*network(), "EUR")
    traces = [one for one in figure.data if one.meta]
    wide = {text for one in traces for text in one.text if text}
    narrow = {text for one in traces for text in one.meta["narrow"] if text}

    assert 0 < len(narrow) < len(wide)


def test_names_stay_inside_the_drawing():
    """A name at the edge that would be cut is left out, though its disc is there."""
    nodes, edges = network(2)
    nodes["x"], nodes["y"] = [-0.17, 0.5], [0.5, 0.5]
    figure = network_figure(nodes, edges, "EUR")
    texts = [text for one in figure.data if one.meta for text in one.text]

    assert sorted(texts) == ["", "Product with a name 1"]
