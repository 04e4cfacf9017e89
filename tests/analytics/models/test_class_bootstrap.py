"""How sure classes are: sure where demand leaves no doubt, unsure at a cut."""

from __future__ import annotations

import numpy as np

from analytics.models.abc_xyz import CELLS, Cuts, cells, share_places, variation, variation_places
from analytics.models.class_bootstrap import bootstrap
from tests.analytics.models.test_abc_xyz import sums


def classes(demand, lived):
    """Return each product's own class."""
    held = sums(demand, lived)
    return cells(
        share_places(held.total), variation_places(variation(held), np.asarray(lived)), Cuts()
    )


def test_even_demand_is_sure_and_one_at_the_cut_flaps():
    """The same demand every period cannot be otherwise; a variation of 50% may be either."""
    even = np.full(24, 100.0)
    edge = 100 + 49.5 * np.tile([1.0, -1.0], 12)
    edge[::6] += 30
    demand = np.array([even, edge, np.full(24, 1.0)], dtype=np.float32)
    lived = np.full(3, 24)
    own = classes(demand, lived)

    found = bootstrap(demand, demand, lived, own, Cuts())

    assert found.own[0] == 1.0 and found.own[2] == 1.0
    assert 0.2 < found.own[1] < 0.9
    assert [CELLS[place] for place in found.usual[[0, 2]]] == ["AX", "CX"]
    assert not found.flapping[0]


def test_a_product_is_drawn_from_its_own_life():
    """Periods before launch are never drawn: even demand since launch stays even."""
    demand = np.zeros((2, 20), dtype=np.float32)
    demand[0, 15:], demand[1] = 10, 10
    lived = np.array([5, 20])

    found = bootstrap(demand, demand, lived, classes(demand, lived), Cuts())

    assert found.own.tolist() == [1.0, 1.0]


def test_the_shares_agree_with_drawing_one_product_by_hand():
    """A plain loop over draws finds about the same probability of X."""
    random = np.random.default_rng(5)
    demand = random.poisson(4, size=(1, 16)).astype(np.float32)
    lived = np.array([16])
    own = classes(demand, lived)
    draws = [random.choice(demand[0], 16) for _ in range(4000)]
    inside = np.mean([np.ceil(np.std(d) / np.mean(d) * 20) * 5 <= 50 for d in draws])

    found = bootstrap(demand, demand, lived, own, Cuts(), draws=2000)

    share = found.own[0] if CELLS[own[0]] == "AX" else 1 - found.own[0]
    assert abs(share - inside) < 0.04


def test_the_same_seed_gives_the_same_and_progress_ends_at_one():
    """Two runs are equal; what is told rises to 1."""
    demand = np.random.default_rng(2).poisson(3, size=(30, 12)).astype(np.float32)
    lived = np.full(30, 12)
    own = classes(demand, lived)
    told: list[float] = []

    first = bootstrap(demand, demand, lived, own, Cuts(), told=told.append)
    second = bootstrap(demand, demand, lived, own, Cuts())

    assert (first.own == second.own).all()
    assert told == sorted(told) and told[-1] == 1.0
