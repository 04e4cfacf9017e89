"""A network of items: which belong together, and where each is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Edge = tuple[int, int, float]
_STEPS = 300


def communities(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """
    Return the community of each node: 0 for the largest, and so on.

    Communities are joined as long as modularity rises, the best pair first.

    Args:
        nodes: How many; a few hundred at most.
        edges: (node, node, weight above 0).

    References:
        Clauset, Newman, Moore (2004), Finding community structure in very large networks,
        Physical Review E 70.
    """
    weights = _matrix(nodes, edges)
    total = weights.sum()
    if total <= 0:
        return list(range(nodes))
    share = weights / total  # between communities
    degree = share.sum(axis=1)
    members: list[list[int]] = [[node] for node in range(nodes)]
    alive = np.ones(nodes, dtype=bool)
    while True:
        gain = np.where(share > 0, 2 * (share - np.outer(degree, degree)), -1.0)
        np.fill_diagonal(gain, -1.0)
        gain[~alive] = -1.0
        one, two = (int(at) for at in np.unravel_index(int(gain.argmax()), gain.shape))
        if gain[one, two] <= 1e-12:
            break
        share[one] += share[two]
        share[:, one] += share[:, two]
        share[two], share[:, two] = 0.0, 0.0
        degree[one] += degree[two]
        degree[two], alive[two] = 0.0, False
        members[one] += members[two]
        members[two] = []
    found = [0] * nodes
    largest_first = sorted((one for one in members if one), key=lambda one: (-len(one), min(one)))
    for place, group in enumerate(largest_first):
        for node in group:
            found[node] = place
    return found


def modularity(nodes: int, edges: Sequence[Edge], found: Sequence[int]) -> float:
    """Return the share of weight within communities beyond what their degrees explain."""
    weights = _matrix(nodes, edges)
    share = weights / weights.sum()
    same = np.equal.outer(np.asarray(found), np.asarray(found))
    degree = share.sum(axis=1)
    return float(((share - np.outer(degree, degree)) * same).sum())


def positions(nodes: int, edges: Sequence[Edge]) -> Floats:
    """
    Return where nodes are drawn, within 0 and 1: linked ones near, all apart; always the same.

    References:
        Fruchterman, Reingold (1991), Graph drawing by force-directed placement, Software:
        Practice and Experience 21.
    """
    if nodes < 2:
        return np.full((nodes, 2), 0.5)
    angle = 2 * np.pi * np.arange(nodes) / nodes
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.5
    place += np.random.default_rng(1).normal(scale=0.02, size=place.shape)
    pull = np.minimum(_matrix(nodes, edges), 1.0)
    apart = 1 / np.sqrt(nodes)
    for heat in np.linspace(0.1, 0.002, _STEPS):
        between = place[:, None] - place[None]
        distance = np.maximum(np.sqrt((between**2).sum(axis=2)), 1e-6)
        force = apart**2 / distance**2 - pull * distance / apart
        np.fill_diagonal(force, 0.0)
        move = (between * force[..., None]).sum(axis=1) - 0.6 * place
        length = np.maximum(np.sqrt((move**2).sum(axis=1, keepdims=True)), 1e-9)
        place += move / length * np.minimum(length, heat)
    low, high = place.min(axis=0), place.max(axis=0)
    found: Floats = (place - low) / np.maximum(high - low, 1e-9)
    return found


def _matrix(nodes: int, edges: Sequence[Edge]) -> Floats:
    weights = np.zeros((nodes, nodes))
    for one, two, weight in edges:
        weights[one, two] += weight
        weights[two, one] += weight
    return weights
