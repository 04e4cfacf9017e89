"""
How much nearer customers are to their own cluster than to the next one.

Distances within a few samples are computed once and asked for every number of clusters.

References:
    Rousseeuw (1987), Silhouettes: a graphical aid to the interpretation and validation of
        cluster analysis. Journal of Computational and Applied Mathematics 20.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_SAMPLES, _SIZE = 5, 1_500


class Silhouettes:
    """
    Samples of customers, whose distances are kept.

    Args:
        rows: Standardised, row per customer, in an order that means nothing.
        seed: Of the samples.
    """

    def __init__(self, rows: Floats, seed: int = 0) -> None:
        draw = np.random.default_rng([seed, 5])
        size = min(_SIZE, len(rows))
        self.samples: list[Floats] = [
            rows[draw.choice(len(rows), size, replace=False)] for _ in range(_SAMPLES)
        ]

    @cached_property
    def distances(self) -> list[npt.NDArray[np.float32]]:
        """Between the customers of each sample."""
        from sklearn.metrics.pairwise import euclidean_distances  # takes long to load

        return [euclidean_distances(rows).astype(np.float32) for rows in self.samples]

    def of(self, labelled: Callable[[Floats], Labels]) -> tuple[float, float]:
        """
        Return the mean silhouette and its standard error over the samples.

        Args:
            labelled: Tells the cluster of rows.
        """
        means = [
            float(silhouettes(held, np.asarray(labelled(rows))).mean())
            for rows, held in zip(self.samples, self.distances, strict=True)
        ]
        return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(len(means)))

    def per_cluster(self, labelled: Callable[[Floats], Labels], clusters: int) -> list[float]:
        """Return the mean silhouette of each cluster, NaN for one that no sample holds."""
        labels = [np.asarray(labelled(rows)) for rows in self.samples]
        values = [silhouettes(held, own) for held, own in zip(self.distances, labels, strict=True)]
        every, whose = np.concatenate(values), np.concatenate(labels)
        return [
            float(every[whose == at].mean()) if (whose == at).any() else float("nan")
            for at in range(clusters)
        ]


def silhouettes(distances: npt.NDArray[np.float32], labels: Labels) -> Floats:
    """
    Return the silhouette of each row, -1 to 1; 0 for one alone in its cluster.

    Args:
        distances: Between all rows.
        labels: Cluster of each, from 0.
    """
    many = int(labels.max()) + 1
    member = np.zeros((len(labels), many), dtype=np.float32)
    member[np.arange(len(labels)), labels] = 1
    sizes = member.sum(axis=0)
    sums = np.asarray(distances @ member, dtype=np.float64)
    own_size = sizes[labels]
    own = sums[np.arange(len(labels)), labels] / np.maximum(own_size - 1, 1)
    others = sums / np.maximum(sizes, 1)
    others[:, sizes == 0] = np.inf
    others[np.arange(len(labels)), labels] = np.inf
    next_ = others.min(axis=1)
    if not np.isfinite(next_).all():
        return np.zeros(len(labels))
    largest = np.maximum(np.maximum(own, next_), 1e-12)
    found: Floats = np.where(own_size > 1, (next_ - own) / largest, 0.0)
    return found
