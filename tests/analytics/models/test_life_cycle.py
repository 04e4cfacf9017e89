"""Trends and stages of life: against scipy, by hand, and blind to seasons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analytics.models.life_cycle import STAGES, stages, trends

AT = np.arange(24)


def one(series, lived=None):
    """Return the trend of one product."""
    held = np.asarray([series], dtype=np.float32)
    return trends(held, np.array([held.shape[1] if lived is None else lived]))


def test_under_two_years_it_is_the_mann_kendall_test_and_sens_slope():
    """Slope and significance as scipy has them, ties included."""
    random = np.random.default_rng(4)
    for _ in range(20):
        series = random.poisson(6, 14).astype(float) + np.arange(14) * random.uniform(-0.5, 0.5)
        series = np.round(np.maximum(series, 0))
        found = one(series)
        slope = stats.theilslopes(series, np.arange(14)).slope
        tau = stats.kendalltau(np.arange(14), series, method="asymptotic")

        assert found.yearly[0] == pytest.approx(12 * slope / series.mean(), rel=1e-5, abs=1e-9)
        # scipy makes no correction for continuity: its z is S / sd, ours (|S| - 1) / sd.
        pairs = [np.sign(series[j] - series[i]) for i in range(14) for j in range(i + 1, 14)]
        total = sum(pairs)
        if total:
            z = stats.norm.isf(tau.pvalue / 2) * np.sign(total)
            assert found.score[0] == pytest.approx(z * (abs(total) - 1) / abs(total), rel=1e-3)


def test_a_season_is_no_trend():
    """A strong season over two years, however it begins, neither rises nor falls."""
    for shift in range(12):
        found = one(100 + 80 * np.cos(2 * np.pi * (AT - shift) / 12))

        assert abs(found.yearly[0]) < 1e-4
        assert not found.rising[0] and not found.falling[0]


def test_growth_shows_through_a_season():
    """The same season, a third more in its second year."""
    season = 100 + 80 * np.cos(2 * np.pi * AT / 12)
    rises, falls = one(season * np.where(AT < 12, 1, 1.3)), one(season * np.where(AT < 12, 1, 0.7))

    assert rises.rising[0] and 0.15 < rises.yearly[0] < 0.35
    assert falls.falling[0] and -0.5 < falls.yearly[0] < -0.2


def test_one_odd_month_bends_nothing():
    """A burst of a hundred times the usual is one month among others."""
    series = np.full(24, 50.0)
    series[20] = 5000

    assert not one(series).rising[0]


def test_noise_is_rarely_called_a_trend():
    """Of products without a trend about one in twenty is called one, in either test."""
    noise = np.random.default_rng(8).poisson(40, size=(4000, 24)).astype(np.float32)
    for months, lived in ((noise, 24), (noise[:, :15], 15)):
        found = trends(months, np.full(4000, lived))

        assert 0.005 < (found.rising | found.falling).mean() < 0.08


def test_only_the_months_since_launch_count():
    """Ten months of zeros before launch are no growth."""
    series = np.concatenate([np.zeros(10), np.tile([20.0, 21], 7)])

    assert not one(series, lived=14).rising[0]
    assert one(series[:24], lived=24).yearly[0] > 0


def test_every_product_has_one_stage():
    """Young is introduced, silent and falling decline, rising grows, the rest is mature."""
    months = np.array(
        [np.full(24, 5), np.arange(24), np.arange(24)[::-1], np.full(24, 5), np.full(24, 5)],
        dtype=np.float32,
    )
    lived = np.array([4, 24, 24, 24, 24])
    found = stages(trends(months, lived), lived, np.array([0, 0, 0, 91, 90]))

    assert [STAGES[place] for place in found] == [
        "introduction", "growth", "decline", "decline", "maturity",
    ]  # fmt: skip
