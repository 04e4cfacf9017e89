"""
How often items would lie in one basket by chance, when baskets keep their sizes.

Independence in the textbook sense says that a pair is in N p_i p_j baskets. Real
baskets differ in size, and the large ones hold everything together: against that
textbook, shuffled baskets are full of "significant" pairs. So the chance here keeps
what a shuffle keeps: how many items each basket has and how many baskets hold each item;
and when each item sells, or whatever is bought before Christmas would seem to belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROUNDS = 200
_CLOSE = 1e-7
_SCALE = 30.0  # sum of weights to begin with; keeps their polynomials within floating point
_OFTEN = 0.3  # of the weight that half of the largest baskets would hold
_EVEN = 20.0  # baskets of an even pace added to those of every item
_CHUNK = 20_000  # sets of items held against all basket sizes at a time
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class BasketNull:
    """
    The chance model of one collection of baskets.

    A basket of size s is any s items, each choice as likely as the product of its items'
    weights; the weights are such that every item is expected as often as it was found.

    Attributes:
        weights: Of each item, shape (items,).
        often: Whether an item fills so many of the larger baskets that its part in them
            cannot be divided out of `rest` and is multiplied in instead, shape (items,).
        rest: Elementary symmetric polynomials of the weights of all other items, by degree
            from 0 to the largest size.
        share: Baskets of each size from 0, divided by the polynomial of all weights.
    """

    weights: Floats
    often: NDArray[np.bool_]
    rest: Floats
    share: Floats

    @classmethod
    def fit(cls, sizes: Ints, baskets: Ints, counts: Ints) -> Self:
        """
        Return the model that keeps sizes and counts.

        Args:
            sizes: Distinct sizes of the baskets, 1 and more, shape (S,).
            baskets: Baskets of each size, shape (S,).
            counts: Baskets that hold each item, shape (items,). All items must be here,
                rare ones too: together they fill the baskets.

        Raises:
            ValueError: The two margins are not of the same baskets.

        References:
            Chen, Dempster, Liu (1994), Weighted finite population sampling to maximize
            entropy, Biometrika 81. Gionis et al. (2007), Assessing data mining results via
            swap randomization, ACM TKDD 1: the shuffle this is the expectation of.
        """
        if int((sizes * baskets).sum()) != int(counts.sum()):
            raise ValueError("sizes and counts do not add up to the same number of lines")
        found, first, kinds = np.unique(counts, return_index=True, return_inverse=True)
        held = np.zeros(int(sizes.max(initial=0)) + 1)
        held[sizes] = baskets
        x = found / max(float(counts.sum()), 1.0) * _SCALE
        for _ in range(_ROUNDS):
            model = cls._of(x[kinds], held)
            expected = model.expected(first[:, None])
            if np.all(np.abs(expected - found) <= _CLOSE * found):
                break
            x = x * found / np.maximum(expected, 1e-300)
        return cls._of(x[kinds], held)

    @classmethod
    def _of(cls, weights: Floats, held: Floats) -> Self:
        often = weights > _OFTEN * _tilt(weights, len(held) - 1)
        rest = _polynomial(weights[~often], len(held) - 1)
        whole = rest
        for weight in weights[often]:
            whole = _times(whole, weight)
        share = np.divide(held, whole, out=np.zeros_like(held), where=whole > 0)
        return cls(weights, often, rest, share)

    def expected(self, sets: Ints) -> Floats:
        """
        Return in how many baskets each set of items would be whole by chance.

        Args:
            sets: Numbers of items from 0, shape (n, k), k at least 1.

        Returns:
            Expected number of baskets, shape (n,).
        """
        found = [self._expected(sets[at : at + _CHUNK]) for at in range(0, len(sets), _CHUNK)]
        return np.concatenate(found) if found else np.zeros(0)

    def _expected(self, sets: Ints) -> Floats:
        """Return what `expected` does: of every basket, what else would have to fill it."""
        k = sets.shape[1]
        if k >= len(self.share):
            return np.zeros(len(sets))
        left = self._without_often(np.where(self.often[sets], sets, -1))
        for place in range(k):
            taken = np.where(self.often[sets[:, place]], 0.0, self.weights[sets[:, place]])
            for degree in range(1, len(left)):
                left[degree] -= taken * left[degree - 1]
        whole: Floats = self.weights[sets].prod(axis=1) * (self.share[k:] @ left[: len(left) - k])
        return whole

    def _without_often(self, members: Ints) -> Floats:
        """Return the polynomials of all weights but those of `members` (-1: none), by column."""
        kinds, places = np.unique(np.sort(members, axis=1), axis=0, return_inverse=True)
        found = np.repeat(self.rest[:, None], len(kinds), axis=1)
        for item in np.flatnonzero(self.often):
            weight = np.where((kinds == item).any(axis=1), 0.0, self.weights[item])
            found[1:] += weight * found[:-1]
        return found[:, places.ravel()]


@dataclass(frozen=True, slots=True)
class Seasons:
    """
    When items are bought.

    Attributes:
        share: Of all baskets, in each stretch of the period, shape (T,).
        pace: Of each item, how often it is bought in a stretch beside its own mean, shape
            (kinds, T); the first row is 1 throughout, for items of which too little is known.
        places: Of each item, its row in `pace`, shape (items,).
    """

    share: Floats
    pace: Floats
    places: Ints

    @classmethod
    def of(cls, items: int, baskets: Ints, known: Ints, counts: Ints) -> Self:
        """
        Return the seasons of items.

        Args:
            items: How many there are.
            baskets: In each stretch, shape (T,).
            known: Numbers of the items whose counts are known, shape (k,).
            counts: Baskets that hold each of them in each stretch, shape (k, T).
        """
        used = baskets > 0
        share = baskets[used] / max(int(baskets.sum()), 1)
        held = counts[:, used]
        # Rare items are drawn to an even pace: their own few baskets would explain themselves.
        even = (held + _EVEN * share) / (held.sum(axis=1, keepdims=True) + _EVEN)
        places = np.zeros(items, np.int64)
        places[known] = np.arange(1, len(known) + 1)
        return cls(share, np.vstack([np.ones(len(share)), even / share]), places)

    def together(self, sets: Ints) -> Floats:
        """Return by what the seasons of its items raise how often each set is expected."""
        found = [
            np.prod(self.pace[self.places[sets[at : at + _CHUNK]]], axis=1) @ self.share
            for at in range(0, len(sets), _CHUNK)
        ]
        return np.concatenate(found) if found else np.zeros(0)


@dataclass(frozen=True, slots=True)
class Chance:
    """What is expected by chance: of baskets of these sizes, at the times items are bought."""

    null: BasketNull
    seasons: Seasons

    def expected(self, sets: Ints) -> Floats:
        """Return in how many baskets each set of items would be whole, as `BasketNull.expected`."""
        found: Floats = self.null.expected(sets) * self.seasons.together(sets)
        return found


def _tilt(weights: Floats, degree: int) -> float:
    """Return the weight that every second basket of this size would hold."""
    low, high = 1e-12, 1e12
    wanted = min(float(degree), 0.999 * len(weights))
    for _ in range(80):
        middle = np.sqrt(low * high)
        full = float((weights / (weights + middle)).sum())
        low, high = (middle, high) if full > wanted else (low, middle)
    return float(np.sqrt(low * high))


def _polynomial(weights: Floats, degree: int) -> Floats:
    """Return the elementary symmetric polynomials of small weights, by Newton's identities."""
    powers = np.array([(weights**power).sum() for power in range(1, degree + 1)])
    signs = np.where(np.arange(degree) % 2, -1.0, 1.0)
    found = np.zeros(degree + 1)
    found[0] = 1.0
    for at in range(1, degree + 1):
        found[at] = (signs[:at] * powers[:at] * found[at - 1 :: -1][:at]).sum() / at
    return np.maximum(found, 0.0)


def _times(polynomial: Floats, weight: float) -> Floats:
    more = polynomial.copy()
    more[1:] += weight * polynomial[:-1]
    return more


def chance_of_so_many(found: Ints, expected: Floats) -> Floats:
    """Return the probability of at least `found` where `expected` are expected (Poisson)."""
    more: Floats = np.where(found > 0, scipy.special.pdtrc(np.maximum(found - 1, 0), expected), 1.0)
    return more


def chance_of_so_few(found: Ints, expected: Floats) -> Floats:
    """Return the probability of at most `found` where `expected` are expected (Poisson)."""
    fewer: Floats = 1 - scipy.special.pdtrc(found, expected)
    return fewer


def ratio_interval(found: Ints, expected: Floats) -> tuple[Floats, Floats]:
    """
    Return the 95% interval of found to expected, found being Poisson.

    References:
        Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28.
    """
    tail = (1 - CONFIDENCE) / 2
    safe = np.maximum(expected, 1e-300)
    low = np.where(found > 0, scipy.special.gammaincinv(np.maximum(found, 1), tail), 0.0) / safe
    return low, scipy.special.gammaincinv(found + 1, 1 - tail) / safe


def false_discovery(p: Floats, tests: float) -> Floats:
    """
    Return p-values adjusted for all tests that could have been made.

    Args:
        p: Of the sets that were frequent enough to be looked at, shape (n,).
        tests: How many candidates there were in all; the others count as no discovery.

    References:
        Benjamini, Hochberg (1995), Controlling the false discovery rate, JRSS B 57.
    """
    if not len(p):
        return p
    order = np.argsort(p, kind="stable")
    stepped = p[order] * (max(tests, len(p)) / np.arange(1, len(p) + 1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return adjusted
