"""ABC by share, XYZ by variation: by hand, against numpy, and what always holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analytics.models.abc_xyz import (
    CELLS,
    Cuts,
    Sums,
    cells,
    demand_classes,
    moving_classes,
    seasonless_variation,
    share_places,
    variation,
    variation_places,
    without_cycle,
)
from clickhouse_schema.periods import Periods

TURN = 2 * math.pi / 12


def sums(panel, lived=None, turn=TURN):
    """Return the sums of a dense panel, products x periods."""
    held = np.asarray(panel, dtype=float)
    count = held.shape[1]
    at = np.arange(count)
    cycle = tuple(
        held @ turned(harmonic * turn * at) for harmonic in (1, 2) for turned in (np.cos, np.sin)
    )
    return Sums(
        total=held.sum(axis=1),
        squares=(held**2).sum(axis=1),
        sold=(held > 0).sum(axis=1),
        lived=np.full(len(held), count) if lived is None else np.asarray(lived),
        cycle=cycle,
    )


def test_a_share_is_what_larger_products_bring():
    """80% is reached by the product that crosses it; equals share a place; losses have none."""
    value = np.array([50.0, 20, 10, 10, 10, 0, -5])

    places = share_places(value)

    assert places.tolist() == [0, 50, 70, 70, 70, 100, 100]
    found = cells(places, np.zeros(7, dtype=int), Cuts())
    assert [CELLS[place] for place in found] == ["AX"] * 5 + ["CX"] * 2


def test_the_order_of_equal_products_does_not_matter():
    """Shuffled products keep their classes."""
    value = np.repeat([8.0, 5, 5, 2, 1, 1, 1], 3)
    order = np.random.default_rng(1).permutation(len(value))

    assert share_places(value)[order].tolist() == share_places(value[order]).tolist()


def test_zero_periods_count_without_being_there():
    """4, 0, 0, 4 varies by its mean; without its zeros not at all."""
    one = sums([[4, 0, 0, 4]])

    assert variation(one)[0] == pytest.approx(1.0)
    assert variation(one, zeros=False)[0] == pytest.approx(0.0)


def test_only_periods_since_launch_count():
    """What was not on sale yet is no zero."""
    late = sums([[0, 0, 3, 5]], lived=[2])

    assert variation(late)[0] == pytest.approx(np.std([3, 5]) / 4)


def test_a_young_product_is_new_and_not_erratic():
    """Under three periods nothing is said, however it sold; three are enough."""
    places = variation_places(np.array([2.0, 0.1, np.nan, 0.5, 0.501]), np.array([2, 3, 5, 5, 5]))

    assert places.tolist() == [-1, 2, 101, 10, 11]
    found = cells(np.zeros(5, dtype=int), places, Cuts())
    assert [CELLS[place] for place in found] == ["new", "AX", "AZ", "AX", "AY"]


@given(
    arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-100, 1e6, width=32)),
    st.integers(1, 98),
    st.integers(1, 20),
    st.integers(1, 20),
    st.randoms(use_true_random=False),
)
def test_every_product_is_in_one_cell_and_shares_add_up(value, a, x, more, draw):
    """Cells are a partition; A brings at least its share where anything has value."""
    cuts = Cuts(a, min(100, a + more), 5 * x, 5 * (x + more))
    cv = np.array([draw.random() * 3 for _ in value])
    lived = np.array([draw.randint(0, 8) for _ in value])
    places = share_places(value)
    found = cells(places, variation_places(cv, lived), cuts)

    assert np.bincount(found, minlength=10).sum() == len(value)
    assert (found[lived < 3] == 9).all()
    gain = np.round(np.where(value > 0, value, 0), 4)  # as much as counts
    if gain.sum() > 0:
        assert gain[places < cuts.a].sum() >= gain.sum() * cuts.a / 100 * (1 - 1e-9)


def test_the_season_is_what_least_squares_takes_out():
    """Closed form from sums = numpy's least squares on the dense panel, also since launch."""
    random = np.random.default_rng(3)
    at = np.arange(26)
    demand = random.poisson(20 * np.exp(0.8 * np.cos(TURN * (at - 4))), size=(5, 26)).astype(float)
    demand[3, :8] = 0
    lived = np.array([26, 26, 26, 18, 26])
    found = seasonless_variation(sums(demand, lived), TURN, 26, 12)

    for row, life in enumerate(lived):
        own, when = demand[row, 26 - life :], at[26 - life :]
        design = np.column_stack(
            [np.ones(life)] + [f(k * TURN * when) for k in (1, 2) for f in (np.cos, np.sin)]
        )
        left = own - design @ np.linalg.lstsq(design, own, rcond=None)[0]
        expected = np.sqrt((left**2).sum() / (life - 5) * (life - 1) / life) / own.mean()
        assert found[row] == pytest.approx(expected)
    flat = without_cycle(demand.astype(np.float32), lived, TURN, 12)
    plain = variation(sums(flat, lived))
    assert plain == pytest.approx(found, rel=1e-4)


def test_no_season_can_be_told_from_less_than_a_year():
    """Eleven months say nothing about a year."""
    assert np.isnan(seasonless_variation(sums(np.ones((1, 11))), TURN, 11, 12)).all()


def test_pure_noise_keeps_its_variation():
    """What has no season is not made even by looking for one."""
    demand = np.random.default_rng(7).poisson(30, size=(4000, 24)).astype(float)
    one = sums(demand)

    ratio = np.mean(seasonless_variation(one, TURN, 24, 12) ** 2) / np.mean(variation(one) ** 2)
    assert ratio == pytest.approx(1, abs=0.02)


def test_a_year_turns_once():
    """Twelve months, and 52.18 weeks, are one turn of the cycle."""
    year = Periods("week", None, 0).turn * 365.2425 / 7  # type: ignore[arg-type]

    assert year == pytest.approx(2 * math.pi)


def test_demand_patterns_are_those_of_syntetos_and_boylan():
    """Interval from 1.32 is intermittent, squared variation of sizes from 0.49 is erratic."""
    found = demand_classes(
        sums([[5, 5, 6, 5], [1, 9, 1, 30], [5, 0, 5, 0], [1, 0, 0, 30], [0, 0, 0, 0]])
    )

    assert found.tolist() == ["smooth", "erratic", "intermittent", "lumpy", "none"]


def test_moving_is_by_days_since_the_last_sale():
    """30 days are fast, 90 slow, more is non-moving."""
    found = moving_classes(np.array([0, 30, 31, 90, 91]))

    assert found.tolist() == ["fast", "fast", "slow", "slow", "non-moving"]


@pytest.mark.parametrize(
    "cuts",
    [
        (0, 95, 50, 100),
        (80, 80, 50, 100),
        (80, 95, 52, 100),
        (80, 95, 100, 50),
        (80, 101, 50, 100),
        (80, 95, 50, 505),
    ],
)
def test_cuts_out_of_order_are_refused(cuts):
    """A wrong cut would silently empty a class."""
    with pytest.raises(ValueError):
        Cuts(*cuts)
