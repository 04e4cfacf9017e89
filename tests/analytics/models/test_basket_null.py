"""How often items meet by chance: exact in small, true to shuffles, quiet where nothing is."""

from __future__ import annotations

from itertools import combinations
from math import comb, prod

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analytics.models.basket_null import (
    BasketNull,
    Seasons,
    chance_of_so_few,
    chance_of_so_many,
    false_discovery,
    ratio_interval,
)
from dashboard.benchmarks._shuffles import baskets_of, shuffled

SHUFFLES = 20


def fitted(basket, item):
    """Return the model of baskets, and how many baskets hold each item."""
    sizes, baskets = np.unique(np.bincount(basket), return_counts=True)
    counts = np.bincount(item)
    return BasketNull.fit(sizes, baskets, counts), counts


def test_expectations_are_those_of_all_possible_baskets():
    """Against every basket of its size, weighed: pairs, triples, rare and frequent items."""
    sizes, baskets = np.array([1, 2, 3]), np.array([4, 5, 3])
    null = BasketNull.fit(sizes, baskets, np.array([9, 6, 4, 3, 1]))

    for wanted in [(0,), (4,), (0, 1), (3, 4), (0, 1, 2), (1, 3, 4)]:
        expected = 0.0
        for size, many in zip(sizes, baskets, strict=True):
            weights = {one: prod(null.weights[list(one)]) for one in combinations(range(5), size)}
            inside = sum(weight for one, weight in weights.items() if set(wanted) <= set(one))
            expected += many * inside / sum(weights.values())
        assert null.expected(np.array([wanted]))[0] == pytest.approx(expected, rel=1e-6)


def test_both_margins_are_kept():
    """Every item is expected as often as it was found, and as many pairs as baskets have."""
    rng = np.random.default_rng(3)
    basket = np.repeat(np.arange(400), rng.integers(1, 12, 400))
    item = np.concatenate([rng.choice(40, size, replace=False) for size in np.bincount(basket)])
    null, counts = fitted(basket, item)
    pairs = np.array(list(combinations(range(40), 2)))

    assert null.expected(np.arange(40)[:, None]) == pytest.approx(counts, rel=1e-5)
    sizes = np.bincount(basket)
    assert null.expected(pairs).sum() == pytest.approx((sizes * (sizes - 1)).sum() / 2, rel=1e-6)


def test_margins_of_other_baskets_are_refused():
    """Ten lines cannot fill baskets of nine."""
    with pytest.raises(ValueError, match="do not add up"):
        BasketNull.fit(np.array([3]), np.array([3]), np.array([5, 5]))


def test_baskets_that_hold_everything_say_nothing():
    """An item of every basket, and baskets of all items, still give numbers."""
    null = BasketNull.fit(np.array([1, 2]), np.array([2, 3]), np.array([5, 3]))

    assert null.expected(np.array([[0, 1]]))[0] == pytest.approx(3, rel=0.02)


def test_it_is_the_mean_of_shuffles(shared_data):
    """The twenty most frequent groceries meet as often as in shuffles, to within chance."""
    frame = pd.read_parquet(shared_data / "groceries" / "groceries.parquet")
    basket, item = baskets_of(frame[["transaction_id", "labels"]])
    null, counts = fitted(basket, item)
    top = np.argsort(-counts)[:20]
    pairs = np.array(list(combinations(range(20), 2)))
    rng = np.random.default_rng(5)
    found = np.zeros(len(pairs))
    basket, item = shuffled(basket, item, rng, 12)
    for _ in range(15):
        basket, item = shuffled(basket, item, rng, 4)
        inside = sparse.csr_matrix((np.ones(len(item)), (basket, item)))[:, top].toarray()
        found += (inside.T @ inside)[pairs[:, 0], pairs[:, 1]] / 15
    expected = null.expected(top[pairs])

    assert found.sum() == pytest.approx(expected.sum(), rel=0.005)
    assert np.abs((found - expected) / np.sqrt(expected / 15)).max() < 5


def shop(shared_data, name):
    """Return basket and item of each line of a published set, large baskets left out."""
    if name == "groceries":
        frame = pd.read_parquet(shared_data / "groceries" / "groceries.parquet")
        basket, item = baskets_of(frame[["transaction_id", "labels"]])
    elif name == "fimi_retail":
        basket, item = baskets_of(pd.read_parquet(shared_data / "fimi_retail" / "retail.parquet"))
    else:
        frame = pd.read_parquet(shared_data / "online_retail" / "online_retail.parquet")
        sold = (frame["Quantity"] > 0) & (frame["UnitPrice"] > 0)
        basket, item = baskets_of(frame.loc[sold, ["InvoiceNo", "StockCode"]])
    fits = np.bincount(basket)[basket] <= 100
    basket, item = np.unique(basket[fits], return_inverse=True)[1], item[fits]
    return basket, np.unique(item, return_inverse=True)[1]


def discoveries(basket, item, least):
    """Return how many pairs are declared significant at 5% false discovery."""
    null, counts = fitted(basket, item)
    frequent = np.flatnonzero(counts >= least)
    places = np.full(len(counts), -1)
    places[frequent] = np.arange(len(frequent))
    kept = places[item] >= 0
    held = sparse.csr_matrix((np.ones(kept.sum(), np.int32), (basket[kept], places[item[kept]])))
    together = sparse.triu(held.T @ held, 1).tocoo()
    often = together.data >= least
    pairs = np.stack([frequent[together.row[often]], frequent[together.col[often]]], axis=1)
    p = chance_of_so_many(together.data[often].astype(np.int64), null.expected(pairs))
    return int((false_discovery(p, comb(len(frequent), 2)) < 0.05).sum())


@pytest.mark.parametrize(
    ("name", "least", "real"), [("groceries", 10, 100), ("fimi_retail", 20, 1000),
                                ("online_retail", 20, 10_000)],
)  # fmt: skip
def test_nothing_is_discovered_in_shuffled_baskets(shared_data, name, least, real):
    """No pair in at least 19 of 20 shuffles; and in the real baskets, many."""
    basket, item = shop(shared_data, name)
    assert discoveries(basket, item, least) > real
    rng = np.random.default_rng(7)
    basket, item = shuffled(basket, item, rng, 8)
    quiet = 0
    for _ in range(SHUFFLES):
        basket, item = shuffled(basket, item, rng, 2)
        quiet += discoveries(basket, item, least) == 0

    assert quiet >= SHUFFLES - 1


def test_p_values_and_intervals_are_those_of_scipy():
    """Poisson tails, Garwood's interval, Benjamini and Hochberg's steps."""
    found, expected = np.array([0, 3, 12]), np.array([2.0, 3.0, 4.0])

    assert chance_of_so_many(found, expected) == pytest.approx(
        stats.poisson.sf(found - 1, expected)
    )
    assert chance_of_so_few(found, expected) == pytest.approx(stats.poisson.cdf(found, expected))
    low, high = ratio_interval(found, expected)
    assert low[1:] == pytest.approx(stats.chi2.ppf(0.025, 2 * found[1:]) / 2 / expected[1:])
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * found + 2) / 2 / expected)
    assert low[0] == 0
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert false_discovery(p, 4) == pytest.approx(stats.false_discovery_control(p))
    assert false_discovery(p, 8) == pytest.approx(
        stats.false_discovery_control(np.append(p, np.ones(4)))[:4]
    )


def test_what_sells_at_the_same_time_does_not_belong_together():
    """Two items of December are expected together as if the year were December."""
    baskets = np.array([900, 100])
    counts = np.array([[0, 500], [0, 400], [4500, 500], [2, 1]])
    seasons = Seasons.of(5, baskets * 10, np.array([0, 1, 2, 3]), counts)
    raised = seasons.together(np.array([[0, 1], [0, 2], [2, 4], [4, 4], [3, 3]]))

    assert raised[0] == pytest.approx(10, rel=0.1)
    assert raised[1:4] == pytest.approx([1, 1, 1], rel=0.01)
    assert raised[4] == pytest.approx(1, abs=0.1), "three baskets do not make a season"
