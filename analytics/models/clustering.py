"""
K-Means that chooses itself: transform, number of clusters, and whether there are any.

A configuration counts if it comes back when the customers are drawn anew (bootstrap), has no
tiny cluster, and lies tighter than copies of the data that have the same spread of every
number and the same correlations but no groups. Among those the clearest is taken by
silhouette, the smaller number of clusters within one standard error.

References:
    Hennig (2007), Cluster-wise assessment of cluster stability. Computational Statistics &
        Data Analysis 52.
    Tibshirani, Walther, Hastie (2001), Estimating the number of clusters via the gap
        statistic. JRSS B 63. The copies are drawn as in Cario, Nelson (1997), NORTA.
    Rousseeuw (1987), Silhouettes. Journal of Computational and Applied Mathematics 20.
    Sculley (2010), Web-scale k-means clustering. WWW.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import scipy
from threadpoolctl import threadpool_limits

from analytics.models.scaling import SKEWED, Floats, Scaling, scaling_of
from analytics.models.silhouettes import Silhouettes

# scikit-learn takes long to load: not at the start of the application, but when it is needed.
if TYPE_CHECKING:
    from sklearn.cluster import KMeans, MiniBatchKMeans

Labels = npt.NDArray[np.int64]
Algorithm = Literal["full", "mini-batch"]
TRIED = tuple(range(2, 11))
USUAL = range(3, 9)  # two groups tell a marketer nothing, nine are too many to act on
STABLE = 0.8
SMALLEST = 0.02
TIGHTER = 0.95
_LEAST_ROWS = 60
_FITTED, _REDRAWN, _TIMES, _COPIES = 8_000, 2_000, 10, 6
_BATCHES, _BATCH = 15, 1_024
_STARTS = 2
_MANY_POINTS = 50_000  # from here on threads pay
_ABOUT_AS_STABLE = 0.05
_ERROR_FLOOR = 0.005  # a silhouette that differs by less is no clearer
Told = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One configuration and how it did.

    Attributes:
        scaling: log, power or level.
        clusters: How many.
        stability: Mean adjusted Rand index between it and what came of redrawn customers.
        smallest: Share of customers in its smallest cluster.
        tightness: Its inertia divided by that of copies without groups; below 1 is tighter.
        silhouette, error: Mean and standard error over samples; NaN where not looked at.
        inertia: Mean squared distance to the nearest centre, full K-Means.
        mini_inertia: The same of mini-batch K-Means.
        why_not: Why it does not count; empty if it does.
    """

    scaling: str
    clusters: int
    stability: float
    smallest: float
    tightness: float
    inertia: float
    mini_inertia: float
    why_not: str
    silhouette: float = float("nan")
    error: float = float("nan")


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What was chosen.

    Attributes:
        scaling: How numbers are made comparable.
        chosen: The configuration; the best attempt when nothing is clear.
        clear: Whether there are groups.
        candidates: All that were tried, the chosen one among them.
    """

    scaling: Scaling
    chosen: Candidate
    clear: bool
    candidates: tuple[Candidate, ...]


def choose(
    raw: Floats,
    *,
    seed: int = 0,
    tried: Sequence[int] = TRIED,
    alike: bool = False,
    told: Told | None = None,
) -> Choice:
    """
    Return the configuration that fits a sample of customers best, and whether it is real.

    Args:
        raw: Row per customer, column per feature; not negative, in an order that means nothing.
        seed: Of everything drawn: the same data and seed give the same choice.
        tried: Numbers of clusters.
        alike: Whether all features have one unit.
        told: Called with the share done, 0 to 1, and what is being done; may raise to stop.

    Raises:
        ValueError: Too few customers, or a feature is the same for everybody.
    """
    if len(raw) < _LEAST_ROWS:
        raise ValueError(f"{len(raw)} customers are too few to be grouped.")
    tell = told or (lambda share, what: None)
    scalings = [scaling_of(raw, "log")]
    if np.abs(scipy.stats.skew(scalings[0].applied(raw), axis=0)).max() > SKEWED:
        scalings.append(scaling_of(raw, "power"))
    if alike:
        scalings.append(scaling_of(raw, "level"))
    numbers = [clusters for clusters in tried if clusters * 4 < len(raw)]
    # Threads inside a fit cost more than they save when it takes milliseconds.
    with threadpool_limits(1), ThreadPoolExecutor(len(scalings)) as side_by_side:
        trials = {
            scaling.name: _Trial(scaling.applied(raw), seed, scaling.name) for scaling in scalings
        }
        found: list[Candidate] = []
        for step, clusters in enumerate(numbers):
            tell(0.85 * step / len(numbers), f"Trying {clusters} groups")
            found += side_by_side.map(lambda one, n=clusters: one.candidate(n), trials.values())
        tell(0.85, "Looking how clear they are")
        found = _with_silhouettes(found, trials, tell)
    chosen, clear = _best(found)
    scaling = next(one for one in scalings if one.name == chosen.scaling)
    return Choice(scaling, chosen, clear, tuple(found))


def _with_silhouettes(
    found: list[Candidate], trials: dict[str, _Trial], tell: Told
) -> list[Candidate]:
    """Return the candidates with a silhouette where it is needed to choose."""
    looked = {id(one) for one in _in_question(found)}
    shown = []
    for place, one in enumerate(found):
        if id(one) in looked:
            tell(0.85 + 0.15 * place / len(found), "Looking how clear they are")
            mean, error = trials[one.scaling].silhouette(one.clusters)
            one = replace(one, silhouette=mean, error=error)
        shown.append(one)
    return shown


def _in_question(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates one of which is taken: those that count, usual sizes first."""
    counted = [one for one in found if not one.why_not]
    usual = [one for one in counted if one.clusters in USUAL]
    if usual or counted:
        return usual or counted
    whole = [one for one in found if one.smallest >= SMALLEST] or list(found)
    most = max(one.stability for one in whole)
    return [one for one in whole if one.stability >= most - _ABOUT_AS_STABLE]


def _best(found: Sequence[Candidate]) -> tuple[Candidate, bool]:
    """Return the choice, and whether it counts."""
    among = _in_question(found)
    clearest = max(among, key=lambda one: one.silhouette)
    least = clearest.silhouette - max(clearest.error, _ERROR_FLOOR)
    close = [one for one in among if one.silhouette >= least]
    taken = min(close, key=lambda one: (one.clusters, -one.silhouette))
    return taken, not taken.why_not


class _Trial:
    """One transform of the customers, fitted by every number of clusters."""

    def __init__(self, rows: Floats, seed: int, name: str) -> None:
        self.name = name
        self.seed = seed
        draw = np.random.default_rng([seed, len(name)])
        rows = rows.astype(np.float32).astype(np.float64)
        self.rows = rows[draw.permutation(len(rows))[:_FITTED]]
        self.looked_at = self.rows[:_REDRAWN]
        size = min(len(self.rows), _REDRAWN)
        self.redrawn = [self._drawn(self.rows, draw, size) for _ in range(_TIMES)]
        self.copies = [self._drawn(ungrouped(self.rows, draw), draw, size) for _ in range(_COPIES)]
        self.silhouettes = Silhouettes(self.rows, seed)
        self.fits: dict[int, KMeans] = {}

    @staticmethod
    def _drawn(rows: Floats, draw: np.random.Generator, size: int) -> Floats:
        found: Floats = rows[draw.integers(0, len(rows), size)]
        return found

    def candidate(self, clusters: int) -> Candidate:
        """Return how well a number of clusters does."""
        from sklearn.metrics import adjusted_rand_score

        fit = _full(self.rows, clusters, self.seed, starts=_STARTS + 2)
        self.fits[clusters] = fit
        labels = fit.predict(self.looked_at)
        agreements, inertias = [], []
        for place, rows in enumerate(self.redrawn):
            again = _full(rows, clusters, self.seed + 1 + place)
            agreements.append(adjusted_rand_score(labels, again.predict(self.looked_at)))
            inertias.append(again.inertia_)
        without = [
            _full(rows, clusters, self.seed + 1 + place).inertia_
            for place, rows in enumerate(self.copies)
        ]
        smallest = np.bincount(fit.labels_, minlength=clusters).min() / len(self.rows)
        found = Candidate(
            scaling=self.name,
            clusters=clusters,
            stability=float(np.mean(agreements)),
            smallest=float(smallest),
            tightness=float(np.median(inertias) / max(float(np.median(without)), 1e-12)),
            inertia=float(fit.inertia_ / len(self.rows)),
            mini_inertia=_mini_inertia(self.rows, clusters, self.seed),
            why_not="",
        )
        return replace(found, why_not=_why_not(found))

    def silhouette(self, clusters: int) -> tuple[float, float]:
        """Return the mean silhouette and its standard error."""
        return self.silhouettes.of(self.fits[clusters].predict)


def _why_not(one: Candidate) -> str:
    if one.stability < STABLE:
        return "changes when customers are drawn anew"
    if one.smallest < SMALLEST:
        return "has a group of less than 2% of customers"
    if one.tightness > TIGHTER:
        return "no tighter than data without groups"
    return ""


def ungrouped(rows: Floats, draw: np.random.Generator) -> Floats:
    """
    Return as many rows with the same values per column and the same correlations, no groups.

    A normal distribution with the correlations of the normal scores, each column of which
    then takes the values of the original in the order of its own ranks.
    """
    many, wide = rows.shape
    scores = scipy.stats.norm.ppf(
        (np.column_stack([scipy.stats.rankdata(column) for column in rows.T]) - 0.5) / many
    )
    together = np.atleast_2d(np.corrcoef(scores.T)) + 1e-9 * np.eye(wide)
    normal = draw.multivariate_normal(np.zeros(wide), together, size=many, method="eigh")
    ranks = normal.argsort(axis=0).argsort(axis=0)
    found: Floats = np.take_along_axis(np.sort(rows, axis=0), ranks, axis=0)
    return found


def _full(rows: Floats, clusters: int, seed: int, *, starts: int = _STARTS) -> KMeans:
    from sklearn.cluster import KMeans

    fit = KMeans(clusters, n_init=starts, random_state=seed, max_iter=60, tol=1e-3)
    return fit.fit(rows)


def _mini_inertia(rows: Floats, clusters: int, seed: int) -> float:
    draw = np.random.default_rng([seed, clusters])
    fit = mini_batch(rows, None, clusters, draw, batches=_BATCHES, size=_BATCH)
    return float(-fit.score(rows) / len(rows))


def mini_batch(
    rows: Floats,
    weights: Floats | None,
    clusters: int,
    draw: np.random.Generator,
    *,
    batches: int,
    size: int,
) -> MiniBatchKMeans:
    """
    Return mini-batch K-Means fitted by `partial_fit`.

    `MiniBatchKMeans.fit` draws a weighted sample of all rows at every step, which makes it
    slower than full K-Means; drawing the batches beforehand does not.
    """
    from sklearn.cluster import MiniBatchKMeans

    chances = None if weights is None else weights / weights.sum()
    fit = MiniBatchKMeans(
        clusters, random_state=int(draw.integers(2**31)), n_init=3, batch_size=size
    )
    picked = draw.choice(len(rows), size=(batches, min(size, len(rows))), p=chances)
    for batch in picked:
        fit.partial_fit(rows[batch])
    return fit


@dataclass(frozen=True, slots=True)
class Fit:
    """
    Centres on all customers.

    Attributes:
        centres: Row per cluster, in standard deviations.
        inertia: Sum of squared distances over the points given, weighted.
        algorithm: Which of the two came closer.
        full_inertia, mini_inertia: Of each.
    """

    centres: Floats
    inertia: float
    algorithm: Algorithm
    full_inertia: float
    mini_inertia: float


def fit_all(
    points: Floats,
    weights: Floats | None,
    clusters: int,
    *,
    seed: int = 0,
    starts: int = 10,
    check: Callable[[], None] | None = None,
) -> Fit:
    """
    Return the centres of the chosen configuration, of full or mini-batch K-Means.

    Args:
        points: Standardised; customers, or cells of a grid.
        weights: Customers per point; None for one each.
        clusters: How many.
        seed: Of the beginnings.
        starts: How many beginnings full K-Means has.
        check: Called between them; may raise to stop.
    """
    from sklearn.cluster import KMeans

    held = np.ones(len(points)) if weights is None else weights
    best: KMeans | None = None
    with threadpool_limits(1 if len(points) < _MANY_POINTS else None):
        for start in range(starts):
            if check is not None:
                check()
            fit = KMeans(clusters, n_init=1, random_state=seed * 1_000 + start, tol=1e-4)
            fit.fit(points, sample_weight=held)
            if best is None or fit.inertia_ < best.inertia_:
                best = fit
        draw = np.random.default_rng([seed, clusters])
        mini = mini_batch(points, weights, clusters, draw, batches=60, size=4_096)
        mini_inertia = float(-mini.score(points, sample_weight=held))
    if best is None:
        raise ValueError("at least one start is needed")
    full_inertia = float(best.inertia_)
    closer = best if full_inertia <= mini_inertia else mini
    return Fit(
        centres=np.asarray(closer.cluster_centers_, dtype=np.float64),
        inertia=min(full_inertia, mini_inertia),
        algorithm="full" if closer is best else "mini-batch",
        full_inertia=full_inertia,
        mini_inertia=mini_inertia,
    )


def nearest(rows: Floats, centres: Floats) -> Labels:
    """Return for each row the place of the nearest centre, from 0; the first of equals."""
    scores = (centres**2).sum(axis=1) - 2 * rows @ centres.T
    found: Labels = scores.argmin(axis=1).astype(np.int64)
    return found
