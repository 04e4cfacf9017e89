"""K-Means that chooses itself: planted groups found, none invented, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from analytics.models import clustering
from analytics.models.clustering import (
    choose,
    fit_all,
    nearest,
    ungrouped,
)
from analytics.models.scaling import scaling_of
from analytics.models.silhouettes import silhouettes


def planted(seed: int, sizes: tuple[int, ...] = (500, 400, 300, 300)) -> tuple[object, object]:
    """Return rows of lognormal groups that do not overlap much, and whose they are."""
    draw = np.random.default_rng(seed)
    middles = np.array([[1, 1, 5], [3, 5, 1], [5, 2, 3], [1, 5, 5]])
    rows = [np.exp(middles[at] + 0.3 * draw.normal(size=(n, 3))) for at, n in enumerate(sizes)]
    truth = np.repeat(np.arange(len(sizes)), sizes)
    order = draw.permutation(len(truth))
    return np.vstack(rows)[order], truth[order]


def labels_of(raw, seed=0):
    """Return the choice, and whose each row is by it."""
    choice = choose(raw, seed=seed, tried=(2, 3, 4, 5, 6))
    points = choice.scaling.applied(raw)
    fit = fit_all(points, None, choice.chosen.clusters, seed=seed)
    return choice, nearest(points, fit.centres)


def test_planted_groups_are_found():
    """Four groups far apart are told as four, stable, and nearly everybody is in the right one."""
    raw, truth = planted(3)
    choice, labels = labels_of(raw)

    assert choice.clear
    assert choice.chosen.clusters == 4
    assert choice.chosen.stability >= 0.9
    assert adjusted_rand_score(truth, labels) >= 0.95


def test_seeds_agree():
    """The same seed gives the same groups to the last customer; another hardly differs."""
    raw, _ = planted(4)
    first, labels = labels_of(raw, seed=1)
    again, same = labels_of(raw, seed=1)
    _, other = labels_of(raw, seed=2)

    assert first == again
    assert (labels == same).all()
    assert adjusted_rand_score(labels, other) >= 0.95


@pytest.mark.parametrize("seed", range(3))
def test_correlation_is_no_group(seed):
    """Numbers that go together, without groups, are told as having none: best attempt only."""
    together = [[1, 0.7, -0.5], [0.7, 1, -0.4], [-0.5, -0.4, 1]]
    raw = np.exp(np.random.default_rng(seed).multivariate_normal([3, 3, 3], together, 3000))

    assert not choose(raw, seed=seed, tried=(2, 3, 4, 5)).clear


def test_shuffled_columns_have_no_groups():
    """Groups of which only the columns are kept are gone, in each of three seeds."""
    raw, _ = planted(5)
    for seed in range(3):
        draw = np.random.default_rng(seed)
        shuffled = np.column_stack([draw.permutation(column) for column in raw.T])

        assert not choose(shuffled, seed=seed, tried=(2, 3, 4, 5)).clear


def test_wholesale_customers(shared_data):
    """Two groups of the wholesaler's customers are its channels, as K-Means on logarithms finds."""
    frame = pd.read_parquet(shared_data / "wholesale_customers" / "wholesale_customers.parquet")
    raw = frame[["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]]
    choice = choose(raw.to_numpy(dtype=float), tried=(2,), alike=True)
    points = choice.scaling.applied(raw.to_numpy(dtype=float))
    fit = fit_all(points, None, 2)

    assert choice.scaling.name == "level"
    assert adjusted_rand_score(frame["Channel"], nearest(points, fit.centres)) >= 0.55
    assert choice.chosen.stability >= 0.85  # computed: 0.93, the mean over ten bootstraps


def test_silhouettes_are_those_of_scikit_learn():
    """From distances kept once come the published definition's values."""
    raw, truth = planted(6, (40, 30, 1, 20))
    distances = np.linalg.norm(raw[:, None] - raw[None], axis=2)

    expected = silhouette_samples(raw, truth)
    assert np.allclose(silhouettes(distances.astype(np.float32), truth), expected, atol=1e-4)


def test_copies_keep_columns_and_correlations():
    """A copy without groups has the same values per column and goes together as before."""
    draw = np.random.default_rng(0)
    rows = np.exp(draw.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 4000))
    copy = ungrouped(rows, draw)

    assert np.array_equal(np.sort(copy, axis=0), np.sort(rows, axis=0))
    assert abs(np.corrcoef(np.log(copy).T)[0, 1] - 0.8) < 0.05


def test_weighted_cells_are_as_good_as_rows():
    """On cells of an eighth of a deviation the centres cost at most 0.1% more than the best."""
    raw, _ = planted(7, (4000, 3000, 2000, 1000))
    points = scaling_of(raw, "log").applied(raw)
    cells, inverse, counts = np.unique(
        np.floor(points * 8), axis=0, return_inverse=True, return_counts=True
    )
    inverse = inverse.ravel()
    means = np.column_stack(
        [np.bincount(inverse, points[:, at]) / counts for at in range(points.shape[1])]
    )
    fit = fit_all(means, counts.astype(float), 4)
    best = min(KMeans(4, n_init=1, random_state=seed).fit(points).inertia_ for seed in range(10))
    away = points - fit.centres[nearest(points, fit.centres)]

    assert len(cells) < len(points)
    assert (away**2).sum() <= 1.001 * best


@pytest.mark.parametrize(
    ("raw", "said"),
    [(np.ones((500, 2)), "the same for everybody"), (np.eye(5), "too few")],
)
def test_what_cannot_be_grouped_is_refused(raw, said):
    """A feature without spread and a handful of customers are told, not computed."""
    with pytest.raises(ValueError, match=said):
        choose(raw)


def test_it_can_be_stopped():
    """What is told of progress may raise to stop, and is told often."""
    raw, _ = planted(8)
    shares: list[float] = []

    def told(share: float, what: str) -> None:
        shares.append(share)
        if len(shares) > 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        choose(raw, told=told)

    assert shares == sorted(shares)
    assert clustering.TRIED[0] == 2 and clustering.TRIED[-1] == 10
