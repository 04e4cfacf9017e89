"""
A rule of at most three conditions that says who is in a group.

A beam search over conjunctions of "at most" and "at least", with thresholds people can say,
for the best balance of finding the group and finding nobody else (F1).

References:
    Friedman, Fisher (1999), Bump hunting in high-dimensional data. Statistics and Computing 9.
    Craven, Shavlik (1996), Extracting tree-structured representations of trained networks
        (fidelity: how often the simple rule says what the model says).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
MOST_CONDITIONS = 3
_LEVELS = np.linspace(0.02, 0.98, 49)
_BEAM = 12
_WORTH = 0.004  # of F1, for one condition more


@dataclass(frozen=True, slots=True)
class Bound:
    """
    One condition.

    Attributes:
        feature: Its place.
        at_least: Whether the number must be at least the threshold, else at most.
        threshold: In the feature's own unit.
    """

    feature: int
    at_least: bool
    threshold: float

    def holds(self, raw: Floats) -> Truth:
        """Return of which rows it is true."""
        column = raw[:, self.feature]
        found: Truth = column >= self.threshold if self.at_least else column <= self.threshold
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """
    Conditions that all hold of nearly only one group.

    Attributes:
        bounds: At most three.
        fidelity: Share of customers of whom the rule says the same as the model.
        found: Share of the group that it finds.
        pure: Share of those it finds who are in the group.
    """

    bounds: tuple[Bound, ...]
    fidelity: float
    found: float
    pure: float


def rule_of(raw: Floats, member: Truth, whole: Sequence[bool]) -> Rule:
    """
    Return the rule that tells a group from the others best.

    Args:
        raw: Row per customer, column per feature, in its own unit.
        member: Who is in the group.
        whole: Per feature whether only whole numbers make sense.

    Raises:
        ValueError: Nobody is in the group.
    """
    if not member.any():
        raise ValueError("a group without customers has no rule")
    atoms = _atoms(raw, whole)
    held = np.array([atom.holds(raw) for atom in atoms])
    beam: list[tuple[float, tuple[int, ...]]] = [(_f1(np.ones_like(member), member), ())]
    best = beam[0]
    for _ in range(MOST_CONDITIONS):
        grown: dict[tuple[int, ...], float] = {}
        for _, chosen in beam:
            before = _joined(held, chosen)
            for place, score in enumerate(_scores(held, before, member)):
                grown[tuple(sorted({*chosen, place}))] = float(score)
        ranked = sorted(grown.items(), key=lambda pair: (-pair[1], pair[0]))
        beam = [(score, chosen) for chosen, score in ranked[:_BEAM]]
        if beam[0][0] <= best[0] + _WORTH:
            break
        best = beam[0]
    said = _joined(held, best[1])
    return Rule(
        bounds=tuple(atoms[place] for place in best[1]),
        fidelity=float((said == member).mean()),
        found=float((said & member).sum() / member.sum()),
        pure=float((said & member).sum() / max(said.sum(), 1)),
    )


def _joined(held: Truth, chosen: Sequence[int]) -> Truth:
    """Return where all chosen atoms hold; everywhere for none."""
    found: Truth = np.asarray(held[list(chosen)].all(axis=0), dtype=np.bool_)
    return found


def _scores(held: Truth, before: Truth, member: Truth) -> Floats:
    """Return F1 of each atom joined to what held before."""
    both = held[:, before & member].sum(axis=1)
    said = held[:, before].sum(axis=1)
    found: Floats = 2 * both / np.maximum(said + member.sum(), 1)
    return found


def _f1(said: Truth, member: Truth) -> float:
    return float(2 * (said & member).sum() / max(said.sum() + member.sum(), 1))


def _atoms(raw: Floats, whole: Sequence[bool]) -> list[Bound]:
    found: list[Bound] = []
    for place, column in enumerate(raw.T):
        cuts = sorted({speakable(cut, whole[place]) for cut in np.quantile(column, _LEVELS)})
        for cut in cuts:
            found.append(Bound(place, True, cut))
            found.append(Bound(place, False, cut))
    return found


def speakable(value: float, whole: bool) -> float:
    """Return a threshold of two digits that mean something, or a whole number below a hundred."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    if whole and abs(value) < 100:
        return float(round(value))
    digits = 1 - math.floor(math.log10(abs(value)))
    return float(round(value, digits))
