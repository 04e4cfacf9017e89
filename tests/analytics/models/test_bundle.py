"""What a bundle would bring, against counting by hand and against a simulation."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.bundle import Holding, Part, simulate, usual_take_up

PARTS = (Part(10.0, 6.0), Part(20.0, 15.0))
HOLDINGS = (
    Holding(0b01, 100, 1000.0, 10_400.0),
    Holding(0b10, 50, 1000.0, 20_800.0),
    Holding(0b11, 30, 900.0, 27_500.0),
)


def test_by_hand():
    """Those who take it add the missing product; all of them, and those who hold both, pay less."""
    found = simulate(PARTS, HOLDINGS, discount=0.1, take_up=0.2)

    assert (found.whole, found.partial, found.taken) == (30, 150, 30)
    revenue = 0.2 * (100 * 18 - 100 + 50 * 9 - 100) - 90
    assert found.revenue.value == pytest.approx(revenue)
    assert found.margin.value == pytest.approx(revenue - 0.2 * (100 * 15 + 50 * 6))
    assert found.break_even == pytest.approx(90 / (100 * 18 - 100 + 50 * 9 - 100 - 1800))


def test_the_interval_holds_what_a_simulation_gives():
    """95 of 100 periods simulated end within it."""
    rng = np.random.default_rng(2)
    discount, take_up = 0.1, 0.2
    spends = [rng.gamma(25, 10 / 25, 400), rng.gamma(25, 20 / 25, 300), rng.gamma(25, 30 / 25, 200)]
    holdings = [
        Holding(held, len(spend), spend.sum(), (spend**2).sum())
        for held, spend in zip((0b01, 0b10, 0b11), spends, strict=True)
    ]
    found = simulate(PARTS, holdings, discount, take_up).revenue
    totals = []
    for _ in range(4000):
        one, two, both = (rng.choice(spend, rng.poisson(len(spend))) for spend in spends)
        total = -discount * both.sum()
        for spend, missing in ((one, 20.0), (two, 10.0)):
            takes = rng.random(len(spend)) < take_up
            total += (missing * (1 - discount) - discount * spend[takes]).sum()
        totals.append(total)

    assert found.value == pytest.approx(np.mean(totals), rel=0.02)
    inside = np.mean((np.array(totals) > found.low) & (np.array(totals) < found.high))
    assert inside == pytest.approx(0.95, abs=0.015)


def test_three_products():
    """A basket of one of three adds the two others."""
    parts = (*PARTS, Part(5.0, None))
    found = simulate(parts, [Holding(0b001, 10, 100.0, 1000.0)], discount=0.0, take_up=1.0)

    assert found.revenue.value == pytest.approx(10 * 25)
    assert found.margin is None
    assert found.break_even == 0


def test_a_bundle_that_cannot_pay_says_so():
    """Half off everything is never made up for."""
    assert simulate(PARTS, HOLDINGS, discount=0.5, take_up=0.2).break_even is None


@pytest.mark.parametrize(("discount", "take_up", "parts"),
                         [(1.0, 0.1, PARTS), (0.1, 1.5, PARTS), (-0.1, 0, PARTS),
                          (0.1, 0.1, PARTS[:1])])  # fmt: skip
def test_what_is_no_bundle_is_refused(discount, take_up, parts):
    """Shares out of bounds and single products."""
    with pytest.raises(ValueError, match=r"shares|two products"):
        simulate(parts, HOLDINGS, discount, take_up)


def test_the_usual_take_up_is_what_lies_beyond_chance():
    """Thirty more than by chance, of the two hundred buyers of the more frequent one."""
    assert usual_take_up(40, 10.0, 100, 200) == pytest.approx(0.15)
    assert usual_take_up(5, 10.0, 100, 200) == 0.01
    assert usual_take_up(100, 0.0, 100, 100) == 0.3
