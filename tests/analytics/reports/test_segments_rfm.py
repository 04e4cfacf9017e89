"""RFM as the tab shows it: the published table, the future, and what was left out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from analytics.errors import NotEnoughData
from analytics.models.rfm import DEFAULT_MAP
from analytics.reports.segments_rfm import (
    RfmOptions,
    rfm_distributions,
    rfm_holdout,
    rfm_movements,
    rfm_scores,
    rfm_segments,
)
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState, data_state
from clickhouse_schema.recording import recording
from clickhouse_schema.scoring import Cuts
from tests.conftest import empty
from tests.filling import fill_cdnow

YEAR = Filters(date(2010, 12, 1), date(2011, 12, 10))
USUAL = RfmOptions()
# As printed in the description of the set.
PUBLISHED = {
    "champions": (604, 5.89, 12.87, 7125.62),
    "loyal_customers": (695, 33.18, 7.12, 3204.11),
    "potential_loyalists": (495, 16.78, 2.42, 1201.23),
    "new_customers": (67, 7.09, 1.00, 348.64),
    "promising": (175, 23.82, 1.00, 349.24),
    "need_attention": (118, 51.83, 3.00, 1165.71),
    "about_to_sleep": (476, 53.36, 1.38, 512.81),
    "at_risk": (348, 137.74, 3.76, 1500.30),
    "cant_lose": (35, 133.91, 10.29, 3423.05),
    "hibernating": (1325, 209.60, 1.28, 511.72),
}


def test_the_published_table(online_retail: Warehouse) -> None:
    """The ten segments are those published, to the printed digit."""
    found = rfm_segments(YEAR, USUAL, DEFAULT_MAP, data_state(online_retail))
    columns = ["customers", "mean_recency", "mean_frequency", "mean_monetary"]
    table = found.table.set_index("segment")[columns].round(2)

    assert {word: tuple(row) for word, row in table.iterrows()} == PUBLISHED
    assert found.scores.snapshot == datetime(2011, 12, 10, 12, 50)
    assert found.scores.coverage.used == 18532
    assert found.scores.coverage.filtered == 0
    assert found.grid["customers"].sum() == 4338


def test_the_future_is_measured(online_retail: Warehouse) -> None:
    """Champions are expected to spend most each, and least of their revenue is at risk."""
    table = rfm_segments(YEAR, USUAL, DEFAULT_MAP, data_state(online_retail)).table
    each = (table["expected_revenue"] / table["customers"]).tolist()
    risk = (table["revenue_at_risk"] / table["year_revenue"]).tolist()

    assert max(each) == each[0]
    assert min(risk) == risk[0]
    assert 0 < risk[0] < 0.2 < 0.5 < risk[-1] < 1


def test_a_repainted_map_asks_nothing(online_retail: Warehouse) -> None:
    """The second map is answered from memory; its statements are still told."""
    state = data_state(online_retail)
    rfm_segments(YEAR, USUAL, DEFAULT_MAP, state)
    with recording() as statements:
        painted = rfm_segments(YEAR, USUAL, DEFAULT_MAP.painted(5, 5, "at_risk"), state)

    assert {one.name for one in statements} == {"rfm_quantiles", "rfm_cells", "rfm_coverage"}
    assert painted.table["customers"].sum() == 4338


def test_the_period_of_the_filters_does_not_matter(online_retail: Warehouse) -> None:
    """A customer's history is whole, whatever days the tab shows."""
    state = data_state(online_retail)
    month = Filters(date(2011, 5, 1), date(2011, 6, 1))

    assert rfm_scores(month, USUAL, state).customers == rfm_scores(YEAR, USUAL, state).customers


def test_business_cuts(online_retail: Warehouse) -> None:
    """Cuts given by hand are used at every snapshot."""
    cuts = Cuts((30, 60, 90, 180), (1, 2, 4, 8), (100, 500, 1000, 5000))
    found = rfm_scores(YEAR, RfmOptions(cuts=cuts), data_state(online_retail))

    assert found.cuts == cuts
    ones = found.cells.loc[found.cells["f"] == 1, ["customers", "orders"]].sum()
    assert ones["customers"] == ones["orders"] == 1493


def test_distributions(online_retail: Warehouse) -> None:
    """Each measure holds every customer once, with the cuts beside it."""
    recency, frequency, monetary = rfm_distributions(YEAR, USUAL, data_state(online_retail))

    for one in (recency, frequency, monetary):
        assert sum(one.customers) == 4338
        assert len(one.edges) == len(one.customers) + 1
        assert list(one.edges) == sorted(one.edges)
    assert frequency.customers[0] == 1493
    assert frequency.cuts == (1, 2, 3, 6)
    assert sum(monetary.monetary) == pytest.approx(8_911_407.904)


def test_movement_and_who_left(online_retail: Warehouse) -> None:
    """Everybody of today is in the movement; those who left Champions carry their worth."""
    moved = rfm_movements(YEAR, USUAL, date(2011, 9, 1), DEFAULT_MAP, data_state(online_retail))
    gone = moved.left("champions")

    assert moved.table["customers"].sum() == 4338
    assert gone["customers"].sum() > 0
    assert gone["worth"].is_monotonic_decreasing
    assert "champions" not in set(gone["now"])
    with pytest.raises(NotEnoughData, match="must be before"):
        rfm_movements(YEAR, USUAL, date(2012, 1, 1), DEFAULT_MAP, data_state(online_retail))


def test_too_early(online_retail: Warehouse) -> None:
    """A snapshot before the first order says so; one without a past expects nothing."""
    state = data_state(online_retail)
    with pytest.raises(NotEnoughData, match="before 1 December 2010"):
        rfm_scores(YEAR, RfmOptions(snapshot=date(2010, 12, 1)), state)
    early = RfmOptions(snapshot=date(2011, 1, 1))
    assert rfm_scores(YEAR, early, state).expected is None
    with pytest.raises(NotEnoughData, match="90 days before"):
        rfm_holdout(YEAR, early, DEFAULT_MAP, state)


def test_nothing_loaded(empty_warehouse: Warehouse, state: DataState) -> None:
    """An empty shop says what to do."""
    with pytest.raises(NotEnoughData, match="Load your sales first"):
        rfm_scores(YEAR, USUAL, state)


def test_the_best_tenth_of_cdnow(warehouse: Warehouse, shared_data: Path) -> None:
    """The tenth with the best scores after 39 weeks spends 51.5% of the next 39 or more."""
    empty(warehouse)
    fill_cdnow(warehouse, shared_data)
    options = RfmOptions(snapshot=date(1998, 7, 1), next_days=273)
    found = rfm_holdout(YEAR, options, DEFAULT_MAP, data_state(warehouse))
    empty(warehouse)

    assert found.best_tenth >= 0.515
    assert found.rank_agreement > 0.8
    assert found.buying is not None
    assert found.spending is not None
    assert found.spending.p_value < 1e-9
    assert found.table["customers"].sum() == 23500
