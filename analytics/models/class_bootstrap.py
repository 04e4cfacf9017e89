"""
How sure a class is: the periods are drawn again and again, and everything classified anew.

References:
    Efron, Tibshirani (1993), An Introduction to the Bootstrap, ch. 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.models.abc_xyz import (
    CELLS,
    Cuts,
    Floats,
    Ints,
    Sums,
    cells,
    share_places,
    variation,
    variation_places,
)

DRAWS = 200
FLAPPING = 0.7  # a product less often in its own class than this
_TOGETHER = 20  # draws multiplied at once


@dataclass(frozen=True, slots=True)
class Certainty:
    """
    How often each product was in each class.

    Attributes:
        own: Share of draws in which it was in the class it has.
        usual: The class it was in most often, its place in `CELLS`.
    """

    own: npt.NDArray[np.float32]
    usual: npt.NDArray[np.int8]

    @property
    def flapping(self) -> npt.NDArray[np.bool_]:
        """Whether a product's class is hardly more than chance."""
        return self.own < FLAPPING


def bootstrap(
    demand: npt.NDArray[np.float32],
    value: npt.NDArray[np.float32],
    lived: Ints,
    own: Ints,
    cuts: Cuts,
    *,
    zeros: bool = True,
    draws: int = DRAWS,
    seed: int = 1,
    told: Callable[[float], None] | None = None,
) -> Certainty:
    """
    Return how sure each product's class is.

    All products are drawn the same periods, as they stand on the same shelf in the same
    week; one launched later is drawn from the periods it has lived.

    Args:
        demand: Products x periods: what XYZ looks at.
        value: Products x periods: what ABC looks at.
        lived: Periods since launch; a product's own are its last ones.
        own: Each product's class, its place in `CELLS`.
        cuts: Where classes end.
        zeros: Whether periods without a sale count.
        draws: How often.
        seed: The same gives the same.
        told: Called with the share that is done, 0 to 1.
    """
    random = np.random.default_rng(seed)
    products, count = demand.shape
    groups = [(int(life), np.flatnonzero(lived == life)) for life in np.unique(lived) if life > 0]
    panels = {
        "value": value, "total": demand, "squares": demand * demand,
        "sold": (demand > 0).astype(np.float32),
    }  # fmt: skip
    found = np.zeros(products * len(CELLS), dtype=np.int32)
    for first in range(0, draws, _TOGETHER):
        many = min(_TOGETHER, draws - first)
        # A draw to a row: what is classified together lies together.
        drawn = {name: np.zeros((many, products), dtype=np.float32) for name in panels}
        for life, rows in groups:
            weights = random.multinomial(life, np.full(life, 1 / life), size=many)
            times = weights.T.astype(np.float32)
            for name, panel in panels.items():
                drawn[name][:, rows] = (panel[rows, count - life :] @ times).T
        for draw in range(many):
            _tally(found, drawn, draw, lived, cuts, zeros=zeros)
        if told is not None:
            told((first + many) / draws)
    found = found.reshape(products, len(CELLS))
    shares = found / max(draws, 1)
    return Certainty(
        own=shares[np.arange(products), own].astype(np.float32),
        usual=shares.argmax(axis=1).astype(np.int8),
    )


def _tally(
    found: npt.NDArray[np.int32],
    drawn: dict[str, npt.NDArray[np.float32]],
    draw: int,
    lived: Ints,
    cuts: Cuts,
    *,
    zeros: bool,
) -> None:
    nothing: Floats = np.zeros(0)
    sums = Sums(
        total=drawn["total"][draw].astype(np.float64),
        squares=drawn["squares"][draw].astype(np.float64),
        sold=drawn["sold"][draw].astype(np.int64),
        lived=lived,
        cycle=(nothing, nothing, nothing, nothing),
    )
    places = variation_places(variation(sums, zeros=zeros), lived)
    classes = cells(share_places(drawn["value"][draw].astype(np.float64)), places, cuts)
    found[np.arange(0, len(found), len(CELLS)) + classes] += 1
