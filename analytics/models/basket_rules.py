"""
Rules from counted sets of items: "who takes these takes that", and how sure it is.

The rules and their textbook figures come from mlxtend; what baskets of unequal size do to
them, chance, false discoveries and the later half come from `basket_null`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from numpy.typing import NDArray

from analytics.models.basket_null import (
    Chance,
    Floats,
    Ints,
    chance_of_so_many,
    false_discovery,
    ratio_interval,
)

ALPHA = 0.05
DEEPEST = 6
_MOST_CELLS = 200_000_000  # of the table that mlxtend is given, one byte each
_Z = 1.959963984540054
_METRICS = ["antecedent support", "consequent support", "support", "confidence", "lift",
            "leverage", "conviction", "zhangs_metric"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """
    Frequent sets of one size.

    Attributes:
        sets: Numbers of items from 0, ascending within a set, shape (n, k).
        baskets: Baskets that hold each set, shape (n,).
        later: Those of the later half, shape (n,).
    """

    sets: Ints
    baskets: Ints
    later: Ints

    @property
    def size(self) -> int:
        """Items in a set."""
        return int(self.sets.shape[1])


@dataclass(frozen=True, slots=True)
class Baskets:
    """
    What was counted.

    Attributes:
        sizes: Distinct sizes of the baskets, shape (S,).
        baskets: Baskets of each size, shape (S,).
        later: Those of the later half, shape (S,).
        levels: Frequent sets by size; the first holds all items, frequent or not.
        least: Baskets a set of each level had to be in.
    """

    sizes: Ints
    baskets: Ints
    later: Ints
    levels: tuple[Level, ...]
    least: tuple[int, ...]

    @property
    def count(self) -> int:
        """Baskets in all."""
        return int(self.baskets.sum())

    def frequent_items(self) -> int:
        """Return how many items are frequent on their own."""
        return int((self.levels[0].baskets >= self.least[0]).sum())


def deeper_level(
    above: Level, late: NDArray[np.bool_], baskets: Sequence[Ints], least: int
) -> Level | None:
    """
    Return the frequent sets of one item more than those of `above`.

    Args:
        above: Frequent sets of k items.
        late: Whether each basket is of the later half.
        baskets: Baskets cut down to the items of `above`, of k + 1 items at least.
        least: Baskets a set must be in.

    Returns:
        None if the baskets make too large a table for memory.
    """
    items = np.unique(above.sets)
    k = above.size + 1
    if len(baskets) * len(items) > _MOST_CELLS:
        return None
    empty = Level(np.zeros((0, k), np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    if len(items) < k or not len(baskets):
        return empty
    held = np.zeros((len(baskets), len(items)), dtype=bool)
    rows = np.repeat(np.arange(len(baskets)), [len(one) for one in baskets])
    held[rows, np.searchsorted(items, np.concatenate(list(baskets)))] = True
    found = fpgrowth(pd.DataFrame(held), min_support=(least - 0.5) / len(held), max_len=k)
    chosen = [sorted(one) for one in found["itemsets"] if len(one) == k]
    if not chosen:
        return empty
    places = np.array(chosen, np.int64)
    inside = np.stack([held[:, list(one)].all(axis=1) for one in chosen])
    return Level(items[places], inside.sum(axis=1), (inside & late).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A level held against chance.

    Attributes:
        level: Its sets.
        expected: Baskets that would hold each set by chance, shape (n,).
        later_expected: The same of the later half, shape (n,).
        given: For each item of a set, how often the set is expected when the others lie
            together as often as they do, shape (n, k): the chance of the rule to that item.
        adjusted: P-values of these rules after false-discovery control, shape (n, k).
    """

    level: Level
    expected: Floats
    later_expected: Floats
    given: Floats
    adjusted: Floats


def judge(found: Baskets, null: Chance, later: Chance) -> list[Judged]:
    """
    Return each level from pairs on, held against chance.

    All candidates are counted as tests, also those too rare to be looked at, and each level
    has its own part of the false-discovery rate.

    Args:
        found: What was counted.
        null: Chance in all baskets.
        later: Chance in those of the later half.
    """
    judged: list[Judged] = []
    items, levels = found.frequent_items(), max(len(found.levels) - 1, 1)
    ratios: dict[tuple[int, ...], float] = {}
    for level in found.levels[1:]:
        k = level.size
        expected, later_expected = null.expected(level.sets), later.expected(level.sets)
        above = np.ones((len(level.sets), k))
        for right in range(k) if k > 2 else ():
            left = np.delete(level.sets, right, axis=1)
            above[:, right] = [ratios[tuple(one)] for one in left.tolist()]
        given = expected[:, None] * above
        p = chance_of_so_many(level.baskets[:, None], given)
        if k == 2:  # both directions are one test
            adjusted = np.repeat(false_discovery(p[:, 0], comb(items, 2))[:, None], 2, axis=1)
        else:
            adjusted = false_discovery(p.ravel(), k * comb(items, k)).reshape(p.shape)
        judged.append(
            Judged(level, expected, later_expected, given, np.minimum(adjusted * levels, 1.0))
        )
        ratios = dict(zip(map(tuple, level.sets.tolist()), level.baskets / expected, strict=True))
    return judged


def rules_of(found: Baskets, judged: Sequence[Judged], *, every: bool = False) -> pd.DataFrame:
    """
    Return the rules with one item on the right.

    Args:
        found: What was counted.
        judged: The same, held against chance.
        every: Also rules that may be chance.

    Returns:
        One row per rule: `left` (tuple of items), `right`, `orders` (baskets with all),
        `left_orders`, `right_orders`, `support`, `confidence`, `lift` with `lift_low` and
        `lift_high` (95%), `expected` (baskets by chance, given the left), `adjusted_lift`
        with `adjusted_low` and `adjusted_high` (orders to expected, 95%), `leverage`,
        `conviction` (inf where the rule always holds), `zhang`, `p` (after false-discovery
        control), `held` and `later_lift` (see `_later_half`).

    References:
        Agrawal, Srikant (1994), Fast algorithms for mining association rules, VLDB.
        Zhang (2000), Association rules, PAKDD. Brin and others (1997), Dynamic itemset
        counting and implication rules, SIGMOD (conviction).
    """
    counted, chosen = _supports(found, judged, every=every)
    if not len(chosen):
        return pd.DataFrame(columns=list(_EMPTY)).astype(_EMPTY)
    rules = association_rules(
        chosen, num_itemsets=found.count, metric="support", min_threshold=0.0,
        return_metrics=_METRICS,
    )  # fmt: skip
    rules = rules[rules["consequents"].map(len) == 1]
    rules = rules.assign(
        left=[tuple(sorted(one)) for one in rules["antecedents"]],
        right=[next(iter(one)) for one in rules["consequents"]],
        zhang=rules["zhangs_metric"],
    )
    chances = _chances(judged, every=every)
    rows = [chances.get((left, right)) for left, right in zip(rules["left"], rules["right"],
                                                              strict=True)]  # fmt: skip
    kept = [row is not None and (every or row[1] < ALPHA) for row in rows]
    rules = rules[kept].reset_index(drop=True)
    chance = np.array([row for row, keep in zip(rows, kept, strict=True) if keep and row])
    return _figures(rules, counted, chance.reshape(-1, 4), found)


_EMPTY: Mapping[str, Any] = {
    "left": "object", "right": "int64", "orders": "int64", "left_orders": "int64",
    "right_orders": "int64", "support": "float64", "confidence": "float64", "lift": "float64",
    "lift_low": "float64", "lift_high": "float64", "expected": "float64",
    "adjusted_lift": "float64", "adjusted_low": "float64", "adjusted_high": "float64",
    "leverage": "float64", "conviction": "float64", "zhang": "float64", "p": "float64",
    "held": "str", "later_lift": "float64",
}  # fmt: skip


def _supports(
    found: Baskets, judged: Sequence[Judged], *, every: bool
) -> tuple[dict[frozenset[int], int], pd.DataFrame]:
    """Return the baskets of each set, and the frame mlxtend makes rules of."""
    counted: dict[frozenset[int], int] = {}
    for level in found.levels:
        counted |= zip(map(frozenset, level.sets.tolist()), level.baskets.tolist(), strict=True)
    wanted: set[frozenset[int]] = set()
    for one in judged:
        keep = slice(None) if every else (one.adjusted < ALPHA).any(axis=1)
        wanted |= set(map(frozenset, one.level.sets[keep].tolist()))
    parts = set(wanted)
    for size in range(max(map(len, wanted), default=1), 1, -1):
        for itemset in [one for one in parts if len(one) == size]:
            parts |= {itemset - {item} for item in itemset}
    listed = sorted(parts, key=lambda one: (len(one), sorted(one)))
    support = [counted[one] / found.count for one in listed]
    return counted, pd.DataFrame({"support": support, "itemsets": listed})


def _chances(
    judged: Sequence[Judged], *, every: bool
) -> dict[tuple[tuple[int, ...], int], tuple[float, ...]]:
    """Return per rule: expected, adjusted p, later count, later expected (given the left)."""
    found: dict[tuple[tuple[int, ...], int], tuple[float, ...]] = {}
    earlier: dict[tuple[int, ...], float] = {}
    for one in judged:
        sets = one.level.sets.tolist()
        sure = np.full(len(sets), every) | (one.adjusted < ALPHA).any(axis=1)
        for at in np.flatnonzero(sure):
            items = sets[at]
            for place, right in enumerate(items):
                left = (*items[:place], *items[place + 1 :])
                ratio = earlier.get(left, 1.0) if len(left) > 1 else 1.0
                found[(left, right)] = (
                    one.given[at, place], one.adjusted[at, place],
                    float(one.level.later[at]), one.later_expected[at] * ratio,
                )  # fmt: skip
        ratios = one.level.later / np.maximum(one.later_expected, 1e-300)
        earlier = dict(zip(map(tuple, sets), ratios.tolist(), strict=True))
    return found


def _figures(
    rules: pd.DataFrame, counted: Mapping[frozenset[int], int], chance: Floats, found: Baskets
) -> pd.DataFrame:
    orders = np.array(
        [counted[frozenset((*left, right))] for left, right in
         zip(rules["left"], rules["right"], strict=True)], np.int64,
    )  # fmt: skip
    low, high = _lift_interval(rules, orders, found.count)
    adjusted_low, adjusted_high = ratio_interval(orders, chance[:, 0])
    held, later_lift = _later_half(orders / chance[:, 0], chance[:, 2], chance[:, 3])
    made = pd.DataFrame(
        {
            "left": rules["left"],
            "right": rules["right"].astype("int64"),
            "orders": orders,
            "left_orders": [counted[frozenset(left)] for left in rules["left"]],
            "right_orders": [counted[frozenset((right,))] for right in rules["right"]],
            "support": rules["support"],
            "confidence": rules["confidence"],
            "lift": rules["lift"],
            "lift_low": low,
            "lift_high": high,
            "expected": chance[:, 0],
            "adjusted_lift": orders / chance[:, 0],
            "adjusted_low": adjusted_low,
            "adjusted_high": adjusted_high,
            "leverage": rules["leverage"],
            "conviction": rules["conviction"],
            "zhang": rules["zhang"],
            "p": chance[:, 1],
            "held": held,
            "later_lift": later_lift,
        }
    )
    return made.astype(dict(_EMPTY)).sort_values(
        ["adjusted_low", "orders", "confidence"], ascending=False, ignore_index=True, kind="stable"
    )


def _lift_interval(rules: pd.DataFrame, orders: Ints, baskets: int) -> tuple[Floats, Floats]:
    """
    Return the 95% interval of lift: its logarithm is about normal, baskets being multinomial.

    The variance is that of log p11 - log p1. - log p.1 by the delta method.
    """
    both, left = rules["support"].to_numpy(), rules["antecedent support"].to_numpy()
    right, lift = rules["consequent support"].to_numpy(), rules["lift"].to_numpy()
    variance = (1 / both - 1 / left - 1 / right + 2 * lift - 1) / baskets
    reach = np.exp(_Z * np.sqrt(np.maximum(variance, 0.0)))
    return lift / reach, lift * reach


def _later_half(ratio: Floats, found: Floats, expected: Floats) -> tuple[NDArray[np.str_], Floats]:
    """
    Return whether each rule held up in the later half, and its adjusted lift there.

    `yes`: also there its 95% interval lies above 1. `too few`: so few are expected there
    that even the same lift as overall could not have shown it. `no`: otherwise.
    """
    counts = found.astype(np.int64)
    low, _ = ratio_interval(counts, expected)
    hoped = np.maximum(np.round(ratio * expected), 0).astype(np.int64)
    could, _ = ratio_interval(hoped, expected)
    said = np.where(low > 1, "yes", np.where(could > 1, "no", "too few"))
    lift = np.divide(found, expected, out=np.full_like(found, np.nan), where=expected > 0)
    return said, lift


@dataclass(frozen=True, slots=True)
class Thresholds:
    """
    Which rules are shown.

    Attributes:
        support: Least share of baskets that hold the whole rule.
        confidence: Least share of baskets with the left that hold the right too.
        lift: Least size-adjusted lift.
    """

    support: float
    confidence: float
    lift: float


ENOUGH = 100  # rules to read


def automatic(rules: pd.DataFrame) -> Thresholds:
    """
    Return thresholds that leave enough rules to read: at least 100 where there are so many.

    The rules given are none by chance already, so support is not raised; confidence and then
    lift are, in round steps, as long as enough are left.
    """
    confidence, lift = 0.0, 1.0
    for step in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        if (rules["confidence"] >= step).sum() >= ENOUGH:
            confidence = step
    sure = rules[rules["confidence"] >= confidence]
    for step in (1.2, 1.5, 2.0, 3.0):
        if (sure["adjusted_lift"] >= step).sum() >= ENOUGH:
            lift = step
    return Thresholds(float(rules["support"].min()) if len(rules) else 0.0, confidence, lift)
