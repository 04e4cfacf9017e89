"""Segments are judged by what their customers did next."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.models.rfm import DEFAULT_MAP
from analytics.models.rfm_holdout import chi_square, holdout, kruskal_wallis, share_of_best


def _following(rows: list[tuple[int, int, int, int, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["r", "f", "customers", "next_buyers", "next_revenue"])


def test_a_ranking_that_held() -> None:
    """Spend that falls with the scores agrees fully with them."""
    following = _following([(5, 5, 100, 90, 9000), (3, 3, 100, 50, 3000), (1, 1, 100, 10, 100)])
    sample = pd.DataFrame({"r": [5, 5, 1, 1], "f": [5, 5, 1, 1], "spent": [90.0, 91, 0, 1]})
    places = pd.DataFrame(
        {"place": [594, 300, 0], "customers": [100] * 3, "next_revenue": [9000.0, 3000, 100]}
    )
    found = holdout(following, places, sample, DEFAULT_MAP)

    assert found.rank_agreement == pytest.approx(1)
    assert found.best_tenth == pytest.approx(0.3 * 9000 / 12100)
    row = found.table.set_index("segment").loc["champions"]
    assert (row["buyer_share"], row["revenue_per_customer"]) == (0.9, 90.0)
    assert found.buying is not None
    assert found.buying.p_value < 1e-6
    assert found.buying.customers == 300


def test_nothing_to_compare() -> None:
    """One segment alone, or a period without a sale, gives no test and no number."""
    following = _following([(5, 5, 100, 0, 0.0)])
    sample = pd.DataFrame({"r": [5, 5], "f": [5, 5], "spent": [0.0, 0.0]})
    places = pd.DataFrame({"place": [1], "customers": [100], "next_revenue": [0.0]})
    found = holdout(following, places, sample, DEFAULT_MAP)

    assert found.buying is None
    assert found.spending is None
    assert np.isnan(found.best_tenth)
    assert np.isnan(found.rank_agreement)


def test_the_tests_are_scipys() -> None:
    """Statistic and p-value are those of the textbook; the effect lies between 0 and 1."""
    generator = np.random.default_rng(1)
    values = pd.Series(generator.exponential(size=300))
    groups = pd.Series(["a", "b", "c"] * 100)
    found = kruskal_wallis(values.groupby(groups))
    expected = stats.kruskal(*(values[groups == name] for name in "abc"))

    assert found is not None
    assert (found.statistic, found.p_value) == pytest.approx(tuple(expected))
    assert 0 <= found.effect <= 1
    chi = chi_square(np.array([30, 60, 0]), np.array([100, 100, 0]))
    assert chi is not None
    assert chi.statistic == pytest.approx(stats.chi2_contingency([[30, 60], [70, 40]], False)[0])
    assert chi.degrees == 1


def test_a_limit_within_a_place() -> None:
    """Of customers who are alike a part is taken, not the first ones."""
    places = pd.DataFrame({"place": [2, 1], "customers": [10, 10], "next_revenue": [60.0, 40]})

    assert share_of_best(places, 0.25) == pytest.approx(0.3)
    assert share_of_best(places, 0.75) == pytest.approx(0.8)
