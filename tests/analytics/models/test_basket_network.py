"""Communities and places of a network."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.basket_network import communities, modularity, positions

# Zachary's karate club (1977): who met whom outside of it.
CLUB = """0-1 0-2 0-3 0-4 0-5 0-6 0-7 0-8 0-10 0-11 0-12 0-13 0-17 0-19 0-21 0-31 1-2 1-3 1-7 1-13
1-17 1-19 1-21 1-30 2-3 2-7 2-8 2-9 2-13 2-27 2-28 2-32 3-7 3-12 3-13 4-6 4-10 5-6 5-10 5-16 6-16
8-30 8-32 8-33 9-33 13-33 14-32 14-33 15-32 15-33 18-32 18-33 19-33 20-32 20-33 22-32 22-33 23-25
23-27 23-29 23-32 23-33 24-25 24-27 24-31 25-31 26-29 26-33 27-33 28-31 28-33 29-32 29-33 30-32
30-33 31-32 31-33 32-33"""
EDGES = [(int(a), int(b), 1.0) for a, b in (pair.split("-") for pair in CLUB.split())]


def test_the_karate_club_falls_apart_as_published():
    """Three communities with a modularity of 0.381 (Clauset, Newman, Moore 2004)."""
    found = communities(34, EDGES)

    assert len(EDGES) == 78
    assert len(set(found)) == 3
    assert modularity(34, EDGES, found) == pytest.approx(0.3807, abs=5e-5)
    assert found.count(0) >= found.count(1) >= found.count(2)


def test_unlinked_nodes_are_alone():
    """Two pairs and one node by itself are three communities."""
    found = communities(5, [(0, 1, 2.0), (2, 3, 1.0)])

    assert (found[0] == found[1], found[2] == found[3], len(set(found))) == (True, True, 3)


def test_places_are_the_same_each_time_and_linked_nodes_are_near():
    """Within the drawing, and friends nearer than strangers."""
    edges = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0), (3, 4, 1.0), (4, 5, 1.0), (3, 5, 1.0)]
    place = positions(6, edges)
    near = np.linalg.norm(place[0] - place[1])

    assert (place == positions(6, edges)).all()
    assert place.min() == 0
    assert place.max() == 1
    assert near < np.linalg.norm(place[0] - place[3])
    assert positions(1, []).tolist() == [[0.5, 0.5]]
