"""Mines basket rules: the warehouse counts, the models judge; each step tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.basket_null import BasketNull, Chance, Seasons
from analytics.models.basket_rules import (
    DEEPEST,
    Baskets,
    Judged,
    Level,
    deeper_level,
    judge,
    rules_of,
)
from clickhouse_schema.baskets.scratch import LARGEST, MOST_ITEMS, begin, count_level, end
from clickhouse_schema.client import Warehouse
from clickhouse_schema.queries.baskets import (
    basket_half,
    basket_items,
    basket_level,
    basket_remainder,
    basket_sizes,
    basket_stretches,
)

Told = Callable[[float, str], None]
FEWEST = 5  # baskets a set is in at least, in a small shop
_SHARE = 2e-6  # of all baskets, in a large one
_MOST_PAIRS = 200_000
_PAIRS_FOR_TRIPLES = 20_000
_MOST_TRIPLES = 20_000
_SETS_FOR_DEEPER = 2_000


@dataclass(frozen=True, slots=True)
class Stretches:
    """
    When items were bought.

    Attributes:
        baskets: In each stretch of the period, shape (T,).
        known: Numbers of the items counted, from 0: those of frequent pairs, shape (k,).
        counts: Baskets that hold each of them in each stretch, shape (k, T).
    """

    baskets: np.ndarray
    known: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, slots=True)
class Mined:
    """
    What a run found, before it is kept.

    Attributes:
        items: As `basket_items`, with `place` (number in the sets, from 0), `baskets`, `later`.
        found: The counted sets.
        judged: Those held against chance.
        rules: As `rules_of`.
        too_large: Baskets left out for holding more than 100 different items.
        lines: Sale lines of the slice.
        stopped: Size of sets that would have been too many to count; 0 for none.
        stretches: When items were bought.
    """

    items: pd.DataFrame
    found: Baskets
    judged: list[Judged]
    rules: pd.DataFrame
    too_large: int
    lines: int
    stopped: int
    stretches: Stretches


def mine(
    warehouse: Warehouse,
    attempt: int,
    slots: Mapping[str, Any],
    told: Told,
    *,
    least: int | None = None,
    deepest: int = DEEPEST,
    every: bool = False,
) -> Mined:
    """
    Count sets level by level and make rules of them.

    Args:
        warehouse: Where the lines are.
        attempt: Of `new_attempt`; its counts are dropped at the end.
        slots: Values of the filters, `by_category` and `days`.
        told: Called with per cent and what is being done; may stop the work.
        least: Baskets a set must be in; None chooses by the data: as few as allow every
            pair to be read.
        deepest: Most items in a set.
        every: Also rules that may be chance.

    Raises:
        NotEnoughData: There is no basket of two items.
        WarehouseError: The warehouse could not answer.
    """
    try:
        told(2, "Putting lines into baskets")
        time, lines = basket_half(warehouse, dict(slots))
        bound = {**slots, **time}
        begin(warehouse, attempt, bound)
        told(30, "Counting items")
        sizes = basket_sizes(warehouse, attempt)
        fitting = sizes[sizes["size"] <= LARGEST]
        if not (fitting["size"] >= 2).any():
            raise NotEnoughData("No basket here holds two different items. Widen the filters.")
        count_level(warehouse, attempt, 1, 1)
        items = _items(warehouse, attempt, bound)
        smallest = least or max(FEWEST, ceil(_SHARE * int(fitting["baskets"].sum())))
        found, stopped = _levels(warehouse, attempt, items, fitting, smallest, deepest, told,
                                 exact=least is not None)  # fmt: skip
        stretches = _stretches(warehouse, attempt, items)
    finally:
        end(warehouse, attempt)
    told(70, "Holding them against chance")
    judged = _judged(found, stretches)
    told(85, "Making rules")
    rules = rules_of(found, judged, every=every)
    too_large = int(sizes["baskets"].sum()) - found.count
    return Mined(items, found, judged, rules, too_large, lines, stopped, stretches)


def _stretches(warehouse: Warehouse, attempt: int, items: pd.DataFrame) -> Stretches:
    numbers, counts = basket_stretches(warehouse, attempt)
    places = dict(zip(items["item"].tolist(), items["place"].tolist(), strict=True))
    known = np.array([places[one] for one in numbers[1:].tolist()], np.int64)
    return Stretches(counts[0], known, counts[1:])


def _items(warehouse: Warehouse, attempt: int, slots: dict[str, Any]) -> pd.DataFrame:
    """Return the items some basket holds, the most frequent first, with their counts."""
    numbers, baskets, later = basket_level(warehouse, attempt, 1, most=MOST_ITEMS)
    counts = pd.DataFrame({"item": numbers[:, 0], "baskets": baskets, "later": later})
    described = basket_items(warehouse, attempt, slots)
    items = counts.merge(described, on="item", how="inner")
    return items.assign(place=np.arange(len(items)))


def _levels(
    warehouse: Warehouse,
    attempt: int,
    items: pd.DataFrame,
    sizes: pd.DataFrame,
    least: int,
    deepest: int,
    told: Told,
    *,
    exact: bool,
) -> tuple[Baskets, int]:
    places = np.full(int(items["item"].max()) + 1, -1, np.int64)
    places[items["item"]] = items["place"]
    first = Level(items[["place"]].to_numpy(np.int64), items["baskets"].to_numpy(np.int64),
                  items["later"].to_numpy(np.int64))  # fmt: skip
    levels, at_least, stopped = [first], [least], 0
    for size, most in ((2, _MOST_PAIRS), (3, _MOST_TRIPLES)):
        if deepest < size:
            break
        told(30 + 10 * size - 10, f"Counting {'pairs' if size == 2 else 'sets of three'}")
        if size == 3 and not exact:
            least = max(least, _fewer(levels[-1], _PAIRS_FOR_TRIPLES))
        count_level(warehouse, attempt, size, least)
        level, least = _read(warehouse, attempt, size, least, None if exact else most, places)
        levels.append(level)
        at_least.append(least)
    for size in range(4, deepest + 1):
        above = levels[-1]
        if len(levels) < size - 1 or not len(above.sets):
            break
        if not exact and len(above.sets) > _SETS_FOR_DEEPER:
            stopped = size
            break
        told(62, f"Counting sets of {size}")
        numbers = items["item"].to_numpy()
        late, held = basket_remainder(
            warehouse, attempt, numbers[np.unique(above.sets)].tolist(), size
        )
        deeper = deeper_level(above, late, [np.sort(places[one]) for one in held], least)
        if deeper is None:
            stopped = size
            break
        if not len(deeper.sets):
            break
        levels.append(deeper)
        at_least.append(least)
    size_, baskets, later = (
        sizes[name].to_numpy(np.int64) for name in ("size", "baskets", "later")
    )
    return Baskets(size_, baskets, later, tuple(levels), tuple(at_least)), stopped


def _fewer(level: Level, most: int) -> int:
    """Return from how many baskets on at most so many sets of a level are left."""
    return int(level.baskets[most]) + 1 if len(level.baskets) > most else 0


def _read(
    warehouse: Warehouse,
    attempt: int,
    size: int,
    least: int,
    most: int | None,
    places: np.ndarray,
) -> tuple[Level, int]:
    """Return the sets of a level; of too many those in most baskets, and from how many on."""
    room = 1_000_000 if most is None else most + 1
    sets, baskets, later = basket_level(warehouse, attempt, size, least=least, most=room)
    level = Level(np.sort(places[sets], axis=1), baskets, later)
    if most is None or len(sets) <= most:
        return level, least
    least = _fewer(level, most)
    kept = level.baskets >= least
    return Level(level.sets[kept], level.baskets[kept], level.later[kept]), least


def _judged(found: Baskets, times: Stretches) -> list[Judged]:
    items = found.levels[0]
    seasons = Seasons.of(len(items.baskets), times.baskets, times.known, times.counts)
    null = BasketNull.fit(found.sizes, found.baskets, items.baskets)
    late = found.later > 0
    later = BasketNull.fit(found.sizes[late], found.later[late], items.later)
    return judge(found, Chance(null, seasons), Chance(later, seasons))
