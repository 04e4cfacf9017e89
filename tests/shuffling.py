"""Baskets with nothing left in them but chance: shuffled, sizes and items kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def baskets_of(frame: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return basket and item of each line, numbered from 0, of a frame of two columns."""
    lines = frame.dropna().drop_duplicates()
    numbered = [pd.factorize(lines[name])[0].astype(np.int64) for name in lines.columns]
    return numbered[0], numbered[1]


def shuffled(basket: Ints, item: Ints, rng: np.random.Generator, rounds: int) -> tuple[Ints, Ints]:
    """
    Return the lines with items traded between baskets, every set of baskets equally likely.

    In each round baskets meet in pairs and deal out anew what only one of them has, which keeps
    the size of every basket and how many baskets hold each item (the global curveball:
    Carstens, Hamann, Meyer, Penschuck, Tran, Wagner 2018).
    """
    baskets = int(basket.max()) + 1
    for _ in range(rounds):
        meets = np.empty(baskets, np.int64)
        meets[rng.permutation(baskets)] = np.arange(baskets) // 2
        pair = meets[basket]
        order = np.lexsort((item, pair))
        same = (np.diff(pair[order]) == 0) & (np.diff(item[order]) == 0)
        both = np.append(False, same) | np.append(same, False)
        free = order[~both]
        places = free[np.lexsort((basket[free], pair[free]))]
        dealt = free[np.lexsort((rng.random(len(free)), pair[free]))]
        kept = order[both]
        basket, item = (
            np.concatenate([basket[kept], basket[places]]),
            np.concatenate([item[kept], item[dealt]]),
        )
    return basket, item
