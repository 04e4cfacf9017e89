"""The ten segments: every customer in exactly one, whatever the map."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.models.rfm import (
    DEFAULT_MAP,
    NOT_YET,
    SCORES,
    SEGMENTS,
    SegmentMap,
    grid,
    movement,
    prospects,
    segment_table,
)

MAPS = st.lists(
    st.lists(st.sampled_from(list(SEGMENTS)), min_size=5, max_size=5), min_size=5, max_size=5
).map(SegmentMap.from_list)


def _cells(counts: dict[tuple[int, int], int]) -> pd.DataFrame:
    rows = [
        {
            "r": r, "f": f, "m": 1, "customers": n, "recency": 10 * n, "orders": 2 * n,
            "monetary": 30.0 * n, "revenue": 40.0 * n, "came_back": 10.0 * n,
            "year_revenue": 20.0 * n, "next_buyers": n // 2, "next_orders": n,
            "next_revenue": 5.0 * n,
        }
        for (r, f), n in counts.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(SCORES), st.sampled_from(SCORES)), st.integers(1, 10**6), min_size=1
)


@given(counts=COUNTS, segment_map=MAPS)
@settings(max_examples=60, deadline=None)
def test_every_customer_is_in_one_segment(
    counts: dict[tuple[int, int], int], segment_map: SegmentMap
) -> None:
    """Customers, money and shares of the segments add up to the whole under any map."""
    table = segment_table(_cells(counts), segment_map, None)

    assert table["segment"].tolist() == list(SEGMENTS)
    assert table["customers"].sum() == sum(counts.values())
    assert table["share"].sum() == pytest.approx(1)
    assert table["revenue_share"].sum() == pytest.approx(1)
    cells = [cell for word in SEGMENTS for cell in segment_map.cells(word)]
    assert sorted(cells) == list(product(SCORES, SCORES))


@given(segment_map=MAPS)
@settings(max_examples=30)
def test_a_map_survives_being_stored(segment_map: SegmentMap) -> None:
    """What is written as JSON is read back equal."""
    assert SegmentMap.from_list(segment_map.to_list()) == segment_map
    assert segment_map.changes(segment_map) == ()


def test_painting_one_cell() -> None:
    """A painted map differs in that cell only, and says so."""
    painted = DEFAULT_MAP.painted(5, 5, "at_risk")

    assert DEFAULT_MAP.changes(painted) == ((5, 5, "champions", "at_risk"),)
    assert painted.segment(5, 4) == "champions"


@pytest.mark.parametrize(
    ("given_map", "message"),
    [
        (None, "five rows of five"),
        ([["champions"] * 5] * 4, "five rows of five"),
        ([["champions"] * 4] * 5, "five rows of five"),
        ([["champions"] * 5] * 4 + [["champions"] * 4 + ["<b>"]], "Cell R5 F5 names no segment"),
        ([["champions"] * 5] * 4 + [[1] * 5], "Cell R5 F1 names no segment: '1'"),
    ],
)
def test_a_wrong_map_is_refused(given_map: object, message: str) -> None:
    """A map from outside is checked cell by cell."""
    with pytest.raises(ValueError, match=message):
        SegmentMap.from_list(given_map)


def test_the_usual_map() -> None:
    """The cells of the segments are those of the literature."""
    assert {word: len(DEFAULT_MAP.cells(word)) for word in SEGMENTS} == {
        "champions": 2, "loyal_customers": 4, "potential_loyalists": 4, "new_customers": 1,
        "promising": 1, "need_attention": 1, "cant_lose": 2, "at_risk": 4, "about_to_sleep": 2,
        "hibernating": 4,
    }  # fmt: skip
    assert DEFAULT_MAP.cells("cant_lose") == ((1, 5), (2, 5))


def test_figures_of_a_segment() -> None:
    """Means, average order value and return rate are of the sums."""
    row = segment_table(_cells({(5, 5): 10, (5, 4): 30}), DEFAULT_MAP, None).iloc[0]

    assert (row["customers"], row["share"], row["mean_recency"]) == (40, 1.0, 10.0)
    assert (row["mean_frequency"], row["mean_monetary"]) == (2.0, 30.0)
    assert (row["average_order_value"], row["return_rate"]) == (20.0, 0.25)
    assert np.isnan(row["expected_revenue"])


def test_what_to_expect() -> None:
    """A large cell is expected to do what it did; the parts add up whatever the map."""
    cells = _cells({(5, 5): 10_000, (1, 1): 10_000})
    cells.loc[1, ["next_buyers", "next_revenue"]] = [0, 0.0]
    expected = prospects(cells)
    assert expected is not None
    table = segment_table(cells, DEFAULT_MAP, expected).set_index("segment")

    assert table.loc["champions", "expected_revenue"] == pytest.approx(50_000, rel=0.01)
    assert table.loc["champions", "revenue_at_risk"] == pytest.approx(100_000, rel=0.01)
    assert table.loc["hibernating", "revenue_at_risk"] == pytest.approx(200_000, rel=0.01)
    other = segment_table(cells, DEFAULT_MAP.painted(5, 5, "at_risk"), expected)
    assert other["revenue_at_risk"].sum() == pytest.approx(table["revenue_at_risk"].sum())


def test_small_cells_lean_on_the_average() -> None:
    """Two customers who spent a fortune do not promise it of every other one."""
    cells = _cells({(5, 5): 2, (1, 1): 1000})
    cells["next_revenue"] = [1_000_000.0, 0.0]
    expected = prospects(cells)

    assert expected is not None
    assert expected.revenue[-1] < 0.2 * 500_000
    assert prospects(cells.assign(customers=0)) is None


def test_grid() -> None:
    """The grid has all 25 cells; an empty one has no mean."""
    frame = grid(_cells({(5, 5): 10}), DEFAULT_MAP)

    assert len(frame) == 25
    assert frame.iloc[-1].to_dict() == {
        "r": 5, "f": 5, "segment": "champions", "customers": 10, "share": 1.0,
        "monetary": 300.0, "mean_monetary": 30.0,
    }  # fmt: skip
    assert frame["mean_monetary"].iloc[0] == 0


def test_movement() -> None:
    """Cells that share their names flow together; newcomers stand last."""
    moved = pd.DataFrame(
        [(5, 5, 1, 5, 3, 9.0, 1.0), (5, 4, 2, 5, 4, 8.0, 2.0), (0, 0, 5, 1, 7, 0.0, 3.0)],
        columns=["r", "f", "later_r", "later_f", "customers", "worth", "since"],
    )

    assert movement(moved, DEFAULT_MAP, DEFAULT_MAP).values.tolist() == [
        ["champions", "cant_lose", 7, 17.0, 3.0],
        [NOT_YET, "new_customers", 7, 0.0, 3.0],
    ]
