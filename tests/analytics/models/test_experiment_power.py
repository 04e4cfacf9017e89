"""Sample sizes and choices between arms against published and simulated figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.models.experiment_bayes import conversion_choices, revenue_choices
from analytics.models.experiment_power import (
    customers_per_arm,
    detectable_difference,
    power_of,
    weeks_needed,
    why_too_small,
)
from analytics.models.experiment_robust import Spread
from analytics.models.experiment_tests import Moments


def test_the_textbook_sample_size():
    """Half a standard deviation at 80% power takes 63 per arm (Cohen, normal approximation)."""
    assert customers_per_arm(1.0, 0.5) == 63
    assert customers_per_arm(1.0, 0.2) == 393


def test_size_power_and_smallest_difference_agree():
    """With the customers asked for, the difference is the smallest found, with that power."""
    size = customers_per_arm(75.0, 1.5, ratio=2.0, power=0.9)
    reach = detectable_difference(75.0, size, 2 * size, power=0.9)

    assert reach == pytest.approx(1.5, rel=1e-3)
    assert power_of(75.0, reach, size, 2 * size) == pytest.approx(0.9, abs=1e-4)


def test_without_a_difference_the_power_is_the_false_positive_rate():
    """Nothing to find is found 5% of the time."""
    assert power_of(10.0, 0.0, 500, 500) == pytest.approx(0.05)
    assert power_of(0.0, 1.0, 5, 5) == 1.0


def test_weeks_are_the_shortest_window_that_is_enough():
    """Longer windows have more to see; none is enough for a lift too small."""
    lengths = {1: (1.0, 20.0), 4: (4.0, 30.0), 8: (8.0, 55.0)}

    assert weeks_needed(lengths, 0.5, (5000, 5000)) == 4
    assert weeks_needed(lengths, 0.01, (5000, 5000)) is None
    assert weeks_needed({1: (0.0, 1.0)}, 0.5, (5000, 5000)) is None


def test_a_segment_too_small_gets_words():
    """Not a number: how many there would be, and what to choose instead."""
    assert "80 customers" in why_too_small([80, 500], 0.5)
    assert "about 20 customers" in why_too_small([2000, 5000], 0.01)
    assert why_too_small([2000, 5000], 0.1) == ""


@pytest.mark.parametrize(
    "broken",
    [
        lambda: customers_per_arm(1.0, 0.0),
        lambda: customers_per_arm(1.0, 1.0, ratio=0.5),
        lambda: detectable_difference(1.0, 0, 10),
        lambda: detectable_difference(1.0, 10, 10, power=0.4),
    ],
)
def test_impossible_designs_are_refused(broken):
    """No difference, no customers, less than a coin's power."""
    with pytest.raises(ValueError, match="must"):
        broken()


def test_equal_arms_are_equally_likely_to_be_best():
    """And the chances of all arms add up to 1."""
    arms = [Moments(10_000, 500, 500, 500)] * 3
    found = conversion_choices(arms)

    assert sum(one.best for one in found) == pytest.approx(1.0)
    assert all(one.best == pytest.approx(1 / 3, abs=0.02) for one in found)


def test_the_chance_to_be_best_is_the_exact_one():
    """Evan Miller's closed form for two Beta posteriors: 20/100 against 28/100."""
    arms = [Moments(100, 20, 20, 20), Moments(100, 28, 28, 28)]
    found = conversion_choices(arms, draws=200_000)

    def beta_log(a: float, b: float) -> float:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    a0, b0, a1, b1 = 21, 81, 29, 73
    exact = sum(
        math.exp(beta_log(a0 + i, b0 + b1) - math.log(b1 + i) - beta_log(1 + i, b1)
                 - beta_log(a0, b0))
        for i in range(a1)
    )  # fmt: skip

    assert found[1].best == pytest.approx(exact, abs=0.005)
    assert found[0].loss > found[1].loss
    assert found[0].loss - found[1].loss == pytest.approx(29 / 102 - 21 / 102, abs=0.001)


def test_revenue_choices_follow_the_bootstrap_of_the_mean():
    """The range of an arm is mean ± 1.96 standard errors where it holds many customers."""
    generator = np.random.default_rng(2)
    values = np.where(generator.random(50_000) < 0.1, generator.gamma(2, 20, 50_000), 0.0)
    better = 1.3 * values
    found = revenue_choices([Spread.of(values), Spread.of(better)])

    error = 1.96 * values.std() / math.sqrt(len(values))
    assert (found[0].low, found[0].high) == pytest.approx(
        (values.mean() - error, values.mean() + error), rel=0.02
    )
    assert found[1].best > 0.99
    assert revenue_choices([Spread.of([]), Spread.of(values)])[1].best == 1
