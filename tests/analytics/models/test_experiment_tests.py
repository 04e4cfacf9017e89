"""Comparisons of arms, against scipy and against what is known of simulated arms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from analytics.models.experiment_checks import discoveries, sample_ratio
from analytics.models.experiment_robust import Spread, bootstrapped, spending_limit, winsorised
from analytics.models.experiment_tests import (
    Estimate,
    Moments,
    always_valid,
    cuped,
    mixture_scale,
    proportions,
    too_small,
    welch,
    wilson,
)


def inflated(generator: np.random.Generator, customers: int, rate: float = 0.1) -> np.ndarray:
    """Return zero-inflated log-normal spending."""
    spent = np.exp(generator.normal(3.5, 0.9, customers))
    return np.where(generator.random(customers) < rate, spent, 0.0)


def both(seed: int = 3, customers: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return two arms of different size and spread."""
    generator = np.random.default_rng(seed)
    return inflated(generator, customers), 1.3 * inflated(generator, customers // 2, 0.12)


def test_welch_is_scipys():
    """Statistic, degrees, p-value and interval from sums equal scipy's from the values."""
    control, treated = both()
    found = welch(Moments.of(control), Moments.of(treated))
    expected = stats.ttest_ind(treated, control, equal_var=False)
    low, high = expected.confidence_interval(0.95)

    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-10)
    assert found.degrees == pytest.approx(expected.df, rel=1e-10)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_proportions_are_the_chi_square_test_of_scipy():
    """The p-value is Pearson's without correction; each rate's interval is Wilson's."""
    control, treated = np.repeat([1.0, 0.0], [122, 20_000]), np.repeat([1.0, 0.0], [267, 21_040])
    found = proportions(Moments.of(control), Moments.of(treated))
    table = [[122, 20_000], [267, 21_040]]
    expected = stats.chi2_contingency(table, correction=False).pvalue

    assert found.p_value == pytest.approx(expected, rel=1e-10)
    ours = wilson(122, 20_122)
    theirs = stats.binomtest(122, 20_122).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_newcombes_interval_is_the_published_one():
    """Newcombe (1998), table II: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    control = Moments(80, 48, 48, 48)
    treated = Moments(70, 56, 56, 56)
    found = proportions(control, treated)

    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_nothing_at_all_is_no_difference():
    """Arms without any outcome have a difference of 0 and no chance against it."""
    empty = Moments.of(np.zeros(50))

    for found in (welch(empty, empty), always_valid(empty, empty, 1.0), proportions(empty, empty)):
        assert (found.difference, found.p_value) == (0.0, 1.0)
        assert not found.clear


@pytest.mark.parametrize(
    "broken",
    [
        lambda one: welch(Moments.of([1.0]), one),
        lambda one: always_valid(one, one, 0.0),
        lambda one: always_valid(Moments.of([1.0]), one, 1.0),
        lambda one: proportions(Moments.of([]), one),
        lambda _: sample_ratio([10, 10], [0.5]),
        lambda _: bootstrapped(Spread.of([]), Spread.of([1.0])),
    ],
)
def test_what_cannot_be_compared_is_refused(broken):
    """Too few customers, a scale of 0 and a missing share are errors, not numbers."""
    with pytest.raises(ValueError, match=r"."):
        broken(Moments.of([0.0, 1.0, 2.0]))


def test_small_arms_get_words():
    """Below a hundred customers or thirty buyers there is a sentence in the place of a number."""
    few = Moments.of(np.r_[np.ones(40), np.zeros(20)])
    rare = Moments.of(np.r_[np.ones(29), np.zeros(5000)])
    enough = Moments.of(np.r_[np.ones(30), np.zeros(5000)])

    assert "60 customers" in too_small(few, enough)
    assert "Only 29 customers" in too_small(enough, rare)
    assert too_small(enough, enough) == ""


def test_the_past_takes_noise_off_and_leaves_the_difference():
    """CUPED with a past of correlation 0.8 removes 64% of the variance and keeps the effect."""
    generator = np.random.default_rng(5)
    before = generator.normal(10, 2, 40_000)
    after = 0.8 * before + generator.normal(0, 1.2, 40_000)
    control, treated = (
        Moments.of(after[:20_000], before[:20_000]),
        Moments.of(after[20_000:] + 0.1, before[20_000:]),
    )
    found = cuped(control, treated)

    assert found.reduction == pytest.approx(0.64, abs=0.01)
    assert found.estimate.low < 0.1 < found.estimate.high
    assert found.estimate.error == pytest.approx(
        welch(control, treated).error * np.sqrt(1 - found.reduction), rel=0.02
    )
    assert found.estimate.treated - found.estimate.control == pytest.approx(
        found.estimate.difference
    )


def test_an_unrelated_past_changes_nothing():
    """Without a past the adjusted difference is Welch's and the reduction 0."""
    control, treated = (Moments.of(one) for one in both())
    found = cuped(control, treated)

    assert found.reduction == 0
    assert found.estimate.difference == welch(control, treated).difference


def test_sums_add_up_to_the_sums_of_all():
    """Moments of two parts are the moments of the whole."""
    control, _ = both()
    whole, parts = Moments.of(control), Moments.of(control[:100]).plus(Moments.of(control[100:]))

    assert parts.mean == pytest.approx(whole.mean)
    assert parts.variance == pytest.approx(whole.variance)
    assert parts.nonzero == whole.nonzero


def test_the_bootstrap_agrees_with_welch_where_welch_is_right():
    """On large arms the two intervals are alike."""
    control, treated = both(customers=40_000)
    usual = welch(Moments.of(control), Moments.of(treated))
    drawn = bootstrapped(Spread.of(control), Spread.of(treated), seed=2)

    assert drawn.difference == pytest.approx(usual.difference)
    assert (drawn.low, drawn.high) == pytest.approx((usual.low, usual.high), abs=usual.error * 0.1)
    assert drawn == bootstrapped(Spread.of(control), Spread.of(treated), seed=2)


def test_a_few_giants_do_not_decide_the_robust_difference():
    """Two orders of a million make Welch's interval useless, the winsorised one not."""
    control, treated = both(customers=20_000)
    treated = np.r_[treated, 1e6, 1e6]
    spreads = Spread.of(control), Spread.of(treated)
    usual = welch(Moments.of(control), Moments.of(treated))
    robust = winsorised(*spreads)

    assert not usual.clear
    assert robust.clear
    assert spending_limit(spreads) < 1e4


def test_sample_ratio_flags_45_to_55():
    """4,500 against 5,500 of a planned half is alarming, 4,950 against 5,050 is not."""
    assert sample_ratio([4500, 5500], [0.5, 0.5]).alarm
    assert not sample_ratio([4950, 5050], [0.5, 0.5]).alarm
    assert sample_ratio([4500, 5500], [9, 11]).p_value == pytest.approx(1.0)


def test_discoveries_are_benjamini_and_hochbergs():
    """The example of their paper: of fifteen p-values the four smallest stand at 5%."""
    published = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    found = discoveries([*published, float("nan")])

    assert found == [True] * 4 + [False] * 12
    assert discoveries([float("nan")]) == [False]


@settings(max_examples=60, deadline=None)
@given(
    some.lists(some.floats(0, 1e4), min_size=2, max_size=40),
    some.lists(some.floats(0, 1e4), min_size=2, max_size=40),
    some.floats(0.01, 100),
)
def test_an_interval_holds_its_own_difference(control, treated, scale):
    """Every interval holds the difference, and the always-valid one holds the usual one's."""
    arms = Moments.of(control), Moments.of(treated)
    usual, early = welch(*arms), always_valid(*arms, scale)

    for found in (usual, early):
        assert isinstance(found, Estimate)
        assert found.low - 1e-9 <= found.difference <= found.high + 1e-9
        assert 0 <= found.p_value <= 1


def test_looking_early_costs_width():
    """At the planned end the interval that may be looked at always is half as wide again."""
    arms = tuple(Moments.of(one) for one in both(customers=40_000))
    early = always_valid(*arms, mixture_scale(*arms))

    assert early.error == pytest.approx(1.55 * welch(*arms).error, rel=0.01)


def test_an_always_valid_p_value_agrees_with_its_interval():
    """The interval leaves 0 out exactly when the p-value is below 5%."""
    control, treated = both(customers=60_000)
    for shift in np.linspace(0, 1.2, 25):
        found = always_valid(Moments.of(control), Moments.of(treated - shift), 0.5)
        assert found.clear == (found.p_value < 0.05)
