"""Baskets: what a mining run counted, and what the baskets themselves say of a few items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clickhouse_schema.baskets.scratch import BITS, LARGEST
from clickhouse_schema.client import Warehouse, run_query

_HALF = {
    "half": "datetime64[s]", "first": "datetime64[s]", "last": "datetime64[s]", "lines": "int64",
}  # fmt: skip
_STRETCHES = {"item": "int64", "baskets": "object"}
STRETCHES = 120  # at most, a week each or longer
BASKET_SIZES = {"size": "int64", "baskets": "int64", "later": "int64"}
BASKET_LEVEL = {"itemset": "uint64", "baskets": "int64", "later": "int64"}
BASKET_ITEMS = {
    "item": "int64", "item_key": "uint64", "item_id": "str", "name": "str", "category": "str",
    "revenue": "float64", "cost": "float64", "cost_known": "float64",
}  # fmt: skip
_REMAINDER = {"late": "bool", "items": "object"}
_MASK = (1 << BITS) - 1


def basket_half(warehouse: Warehouse, slots: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """
    Return how the time of a slice is divided, and how many sale lines it has.

    Returns:
        Values to bind: `half`, by when half of the lines were sold; `first`, the first day;
        `width`, the days of one of at most 120 stretches, 7 or more.
    """
    row = run_query(warehouse, "basket_half", slots, _HALF).iloc[0]
    first, last = row["first"].date(), row["last"].date()
    width = max(7, -(-((last - first).days + 1) // STRETCHES))
    return {"half": row["half"].to_pydatetime(), "first": first, "width": width}, int(row["lines"])


def basket_stretches(
    warehouse: Warehouse, attempt: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return when the items of frequent pairs were bought.

    Returns:
        Numbers of the items, 0 for all baskets, ascending; and baskets of each in each
        stretch of the period, shape (items, 120).
    """
    params = {"attempt": attempt, "largest": LARGEST}
    frame = run_query(warehouse, "basket_stretches", params, _STRETCHES)
    rows = [np.asarray(one, np.int64) for one in frame["baskets"]]
    return frame["item"].to_numpy(), np.stack(rows) if rows else np.zeros((0, STRETCHES), np.int64)


def basket_sizes(warehouse: Warehouse, attempt: int) -> pd.DataFrame:
    """
    Return how many baskets there are of each size, too large ones among them.

    Returns:
        One row per size, ascending: `size` (different items), `baskets`, `later` (of them in
        the later half).
    """
    return run_query(warehouse, "basket_sizes", {"attempt": attempt}, BASKET_SIZES)


def basket_level(
    warehouse: Warehouse, attempt: int, level: int, *, least: int = 1, most: int = 1_000_000
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """
    Return the sets of a level, those in most baskets first.

    Args:
        level: 1, 2 or 3.
        least: Baskets a set is in at least.
        most: Sets returned at most.

    Returns:
        Numbers of the items from 1, ascending within a set, shape (n, level); the baskets that
        hold each set, shape (n,); and those of the later half.
    """
    params = {"attempt": attempt, "level": level, "least": least, "most": most}
    frame = run_query(warehouse, "basket_level", params, BASKET_LEVEL)
    codes = frame["itemset"].to_numpy()
    places = [(codes >> np.uint64(BITS * at)) & np.uint64(_MASK) for at in reversed(range(level))]
    items = np.stack(places, axis=1).astype(np.int64)
    return items, frame["baskets"].to_numpy(), frame["later"].to_numpy()


def basket_items(warehouse: Warehouse, attempt: int, slots: dict[str, Any]) -> pd.DataFrame:
    """
    Return what the items of an attempt are and what they sold for.

    Returns:
        One row per item that was sold, by number: `item`, `item_key`, `item_id` (of a category
        its name), `name`, `category`, `revenue` and `cost` of its sale lines (account
        currency), `cost_known` (share of its revenue whose cost is known, 0 to 1).
    """
    return run_query(warehouse, "basket_items", {**slots, "attempt": attempt}, BASKET_ITEMS)


def basket_remainder(
    warehouse: Warehouse, attempt: int, items: Sequence[int], at_least: int
) -> tuple[NDArray[np.bool_], list[NDArray[np.int64]]]:
    """
    Return the baskets cut down to some items, for levels deeper than those counted here.

    Args:
        items: Numbers of the items kept.
        at_least: Kept items a basket must have to be returned.

    Returns:
        Whether each basket is of the later half, and its kept items.
    """
    params = {"attempt": attempt, "items": list(items), "at_least": at_least, "largest": LARGEST}
    frame = run_query(warehouse, "basket_remainder", params, _REMAINDER)
    return frame["late"].to_numpy(), [np.asarray(row, np.int64) for row in frame["items"]]


RULE_COLUMNS = {
    "rule": "int64", "left_items": "object", "right_item": "int64", "left_text": "str",
    "right_text": "str", "items": "int64", "orders": "int64", "left_orders": "int64",
    "right_orders": "int64", "expected": "float64", "support": "float64", "confidence": "float64",
    "lift": "float64", "lift_low": "float64", "lift_high": "float64", "adjusted_lift": "float64",
    "adjusted_low": "float64", "adjusted_high": "float64", "leverage": "float64",
    "conviction": "float64", "zhang": "float64", "p": "float64", "held": "str",
    "later_lift": "float64", "revenue_gain": "float64", "margin_gain": "float64",
}  # fmt: skip
SORTABLE = tuple(name for name in RULE_COLUMNS if name != "left_items")
_COUNT = {"found": "int64"}
FOUND_ITEMS = {
    "item": "int64", "item_key": "uint64", "item_id": "str", "name": "str", "category": "str",
    "baskets": "int64", "later": "int64", "revenue": "float64", "cost": "float64",
    "cost_known": "float64", "stretches": "object",
}  # fmt: skip
BASKET_COMPANIONS = {"item_key": "uint64", "baskets": "int64"}
BUNDLE_BASKETS = {
    "held": "int64", "baskets": "int64", "spend": "float64", "spend_squared": "float64",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RulePage:
    """
    Which rules are asked for.

    Attributes:
        support, confidence, lift: Least of each; lift is the size-adjusted one.
        text: Part of a name on either side; empty for all.
        held: `yes`, `no` or `too few`; empty for all.
        sort: One of `SORTABLE`.
        descending: Whether the largest come first.
        start, rows: Which of them.
        pairs: Only rules of two items, one of the two directions.
    """

    support: float = 0.0
    confidence: float = 0.0
    lift: float = 0.0
    text: str = ""
    held: str = ""
    sort: str = "rule"
    descending: bool = False
    start: int = 0
    rows: int = 100
    pairs: bool = False

    def __post_init__(self) -> None:
        if self.sort not in SORTABLE:
            raise ValueError("The rules cannot be sorted by that.")

    def slots(self, attempt: int) -> dict[str, Any]:
        """Return the values bound to the queries."""
        return {
            "attempt": attempt, "support": self.support, "confidence": self.confidence,
            "lift": self.lift, "text": self.text, "held": self.held, "start": self.start,
            "rows": self.rows, "pairs": int(self.pairs), "sort": self.sort,
            "descending": int(self.descending),
        }  # fmt: skip


def basket_rules(warehouse: Warehouse, attempt: int, page: RulePage) -> pd.DataFrame:
    """Return rules of a run, one row each, as `basket_rules` keeps them."""
    return run_query(warehouse, "basket_rules", page.slots(attempt), RULE_COLUMNS)


def basket_rules_count(warehouse: Warehouse, attempt: int, page: RulePage) -> int:
    """Return how many rules there are on all pages."""
    frame = run_query(warehouse, "basket_rules_count", page.slots(attempt), _COUNT)
    return int(frame["found"].iloc[0])


def found_items(warehouse: Warehouse, attempt: int) -> pd.DataFrame:
    """Return the items of a run, the most frequent first: `item` counts from 0."""
    return run_query(warehouse, "found_items", {"attempt": attempt}, FOUND_ITEMS)


def basket_companions(warehouse: Warehouse, slots: dict[str, Any], item_key: int) -> pd.DataFrame:
    """
    Return what lies in the baskets of one item, from the baskets themselves.

    Returns:
        One row per other item: `item_key`, `baskets` that hold both. Baskets of more than 100
        items are left out, as in mining.
    """
    params = {**slots, "item_key": item_key, "largest": LARGEST}
    return run_query(warehouse, "basket_companions", params, BASKET_COMPANIONS)


def bundle_baskets(
    warehouse: Warehouse, slots: dict[str, Any], keys: Sequence[int]
) -> pd.DataFrame:
    """
    Return the baskets that hold any of some items, by which of them they hold.

    Args:
        keys: Of the items, at most 8.

    Returns:
        One row per combination: `held` (bit 0 for the first item), `baskets`, `spend` on the
        items held and `spend_squared` (sums over baskets; account currency).
    """
    params = {**slots, "keys": list(keys)}
    return run_query(warehouse, "bundle_baskets", params, BUNDLE_BASKETS)
