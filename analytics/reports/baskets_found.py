"""What is read from a finished run: rules, the network, what goes with a product, bundles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2

import numpy as np
import pandas as pd

from analytics.errors import AnalysisError, NotEnoughData
from analytics.models.basket_network import communities, positions
from analytics.models.basket_null import (
    BasketNull,
    Chance,
    Seasons,
    chance_of_so_few,
    chance_of_so_many,
    false_discovery,
    ratio_interval,
)
from analytics.models.basket_rules import ALPHA
from analytics.models.bundle import Bundle, usual_take_up
from analytics.reports._cache import remembered
from analytics.reports._warehouse import warehouse
from analytics.reports.baskets import BasketQuestion, described, simulated
from analytics.saved_segments import SEGMENT, segment_body
from clickhouse_schema.baskets.results import BasketRun, find_run
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.queries.baskets import (
    RulePage,
    basket_companions,
    basket_rules,
    basket_rules_count,
    found_items,
)
from clickhouse_schema.rules.tree import Condition, Group

MOST_NODES = 45
MOST_EDGES = 90
MOST_IN_BUNDLE = 4
_LISTED = 8
_OFFERED = 40


class RunGone(AnalysisError):
    """What was found is of older data and has been dropped."""


def run_of(run_id: str) -> BasketRun:
    """
    Return a finished run.

    Raises:
        RunGone: There is none of that id any more.
    """
    run = remembered("basket_run", {"run": run_id}, lambda: _find(run_id))
    if run is None:
        raise RunGone("These rules are of older data. Reload the page to have them found anew.")
    return run


def _find(run_id: str) -> BasketRun | None:
    return find_run(warehouse(), run_id[:64])


def items_of(run: BasketRun) -> pd.DataFrame:
    """Return the items of a run, as `described`, by number."""
    return remembered(
        "basket_items",
        {"run": run.run_id},
        lambda: described(found_items(warehouse(), run.attempt)),
    )


def rules(run: BasketRun, page: RulePage) -> tuple[pd.DataFrame, int]:
    """Return a page of rules and how many there are on all pages."""
    return (
        basket_rules(warehouse(), run.attempt, page),
        basket_rules_count(warehouse(), run.attempt, page),
    )


def rule_parts(run: BasketRun, number: int) -> list[int] | None:
    """Return the items of a rule, the right side last; None if there is no such rule."""
    if not 1 <= number <= int(run.facts["kept"]):
        return None
    frame = basket_rules(warehouse(), run.attempt, RulePage(start=number - 1, rows=1))
    row = frame.iloc[0]
    return [*map(int, row["left_items"]), int(row["right_item"])]


@dataclass(frozen=True, slots=True)
class Network:
    """
    Products that sell together.

    Attributes:
        nodes: `label`, `revenue`, `x`, `y` (0 to 1), `community` (0 the largest).
        edges: `one`, `two` (rows of nodes), `lift` (adjusted), `orders`.
        pairs: Pairs that fit, drawn or not.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    pairs: int


def network(run: BasketRun, page: RulePage) -> Network:
    """
    Return the surest pairs as a network of at most 45 products.

    Raises:
        NotEnoughData: No pair fits.
    """
    asked = replace(page, pairs=True, sort="adjusted_low", descending=True, start=0, rows=1000)
    found, pairs = rules(run, asked)
    if found.empty:
        raise NotEnoughData("No pair of products fits. Lower the thresholds above.")
    places: dict[int, int] = {}
    edges: list[tuple[int, int, float, int]] = []
    for row in found.itertuples():
        ends = (int(row.left_items[0]), int(row.right_item))
        new = [one for one in ends if one not in places]
        if len(edges) >= MOST_EDGES or len(places) + len(new) > MOST_NODES:
            continue
        for one in new:
            places[one] = len(places)
        edges.append((places[ends[0]], places[ends[1]], float(row.adjusted_lift), int(row.orders)))
    weighted = [(one, two, log2(1 + lift)) for one, two, lift, _ in edges]
    items = items_of(run).iloc[list(places)].reset_index(drop=True)
    drawn = positions(len(places), weighted)
    nodes = items[["label", "revenue"]].assign(
        x=drawn[:, 0], y=drawn[:, 1], community=communities(len(places), weighted)
    )
    return Network(nodes, pd.DataFrame(edges, columns=["one", "two", "lift", "orders"]), pairs)


@dataclass(frozen=True, slots=True)
class Companions:
    """
    What is bought with a product, and what instead of it.

    Attributes:
        label: Of the product.
        baskets: That hold it.
        goes_with: The surest first: `label`, `category`, `orders`, `expected`, `lift`, `low`,
            `high` (adjusted, 95%).
        replaces: The same of what is bought less together than by chance, the least first.
    """

    label: str
    baskets: int
    goes_with: pd.DataFrame
    replaces: pd.DataFrame


def companions(run: BasketRun, item: int) -> Companions:
    """
    Return what goes with a product and what replaces it, beyond chance (5% false discoveries).

    Raises:
        NotEnoughData: There is no such product in the run.
    """
    items = items_of(run)
    if not 0 <= item < len(items):
        raise NotEnoughData("Choose a product.")
    question = BasketQuestion.of(run.asked)
    row = items.iloc[item]
    counted = basket_companions(warehouse(), question.slots, int(row["item_key"]))
    others = items[items.index != item].merge(counted, on="item_key", how="left",
                                              suffixes=("", "_both"))  # fmt: skip
    found = others["baskets_both"].fillna(0).to_numpy(np.int64)
    pairs = np.stack([np.full(len(others), item), others["item"].to_numpy(np.int64)], axis=1)
    expected = _null(run).expected(pairs)
    low, high = ratio_interval(found, expected)
    table = pd.DataFrame(
        {
            "label": others["label"],
            "category": others["category"],
            "orders": found,
            "expected": expected,
            "lift": found / np.maximum(expected, 1e-300),
            "low": low,
            "high": high,
        }
    )
    more = false_discovery(chance_of_so_many(found, expected), len(table)) < ALPHA
    less = false_discovery(chance_of_so_few(found, expected), len(table)) < ALPHA
    enough = found >= int(run.facts["least"][1])
    return Companions(
        label=str(row["label"]),
        baskets=int(row["baskets"]),
        goes_with=table[more & enough].nlargest(_LISTED, "low").reset_index(drop=True),
        replaces=table[less].nsmallest(_LISTED, "high").reset_index(drop=True),
    )


def _null(run: BasketRun) -> Chance:
    def fit() -> Chance:
        sizes, of_size = np.array(run.facts["sizes"]), np.array(run.facts["of_size"])
        items, times = items_of(run), np.array(run.facts["of_stretch"], np.int64)
        null = BasketNull.fit(sizes, of_size, items["baskets"].to_numpy(np.int64))
        known = np.flatnonzero(items["stretches"].map(len) > 0)
        counts = np.array([list(one) for one in items["stretches"].iloc[known]], np.int64)
        seasons = Seasons.of(len(items), times, known, counts.reshape(-1, len(times)))
        return Chance(null, seasons)

    return remembered("basket_null", {"run": run.run_id}, fit)


@dataclass(frozen=True, slots=True)
class Tried:
    """
    A bundle that was tried.

    Attributes:
        labels: Of its products.
        take_up: Share of baskets expected to take it.
        bundle: What it would bring.
        margin_known: Whether the costs of all are known.
    """

    labels: tuple[str, ...]
    take_up: float
    bundle: Bundle

    @property
    def margin_known(self) -> bool:
        """Whether the costs of all its products are known."""
        return self.bundle.margin is not None


def try_bundle(run: BasketRun, chosen: tuple[int, ...], discount: float, take_up: float) -> Tried:
    """
    Return what a bundle would bring, from the baskets that hold some of it but not all.

    Args:
        chosen: Numbers of 2 to 4 different items.
        discount: Share off, 0 to 0.9.
        take_up: Share of those baskets that take it, 0 to 1.

    Raises:
        NotEnoughData: The choice or a share is none that can be tried.
    """
    rows = _chosen_items(run, chosen, discount, take_up)
    bundle = simulated(BasketQuestion.of(run.asked), rows, discount, take_up)
    return Tried(tuple(rows["label"]), take_up, bundle)


def _chosen_items(
    run: BasketRun, chosen: tuple[int, ...], discount: float, take_up: float
) -> pd.DataFrame:
    items = items_of(run)
    if not 2 <= len(set(chosen)) == len(chosen) <= MOST_IN_BUNDLE:
        raise NotEnoughData(f"Choose 2 to {MOST_IN_BUNDLE} products.")
    if any(not 0 <= item < len(items) for item in chosen):
        raise NotEnoughData("Choose products of this list.")
    if not (0 <= discount <= 0.9 and 0 <= take_up <= 1):
        raise NotEnoughData("A discount lies between 0% and 90%, a take-up between 0% and 100%.")
    return items.iloc[list(chosen)]


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """
    A bundle as the assumptions of an experiment; all shares.

    Attributes:
        discount: Off the bundle. The experiment takes it off whole orders, to be on the safe side.
        take_up: Of those who would buy anyway, who take the bundle.
        margin: Of the bundle before the discount; None if a cost is not known.
        low, likely, high: How much more they would spend: the take-up times what the product
            they lack is worth, against what an order is worth; half as much and half as much again.
        why: Where that comes from, in words.
    """

    discount: float
    take_up: float
    margin: float | None
    low: float
    likely: float
    high: float
    why: str


def bundle_plan(
    run: BasketRun, chosen: tuple[int, ...], discount: float, take_up: float
) -> BundlePlan:
    """
    Return what an experiment on a bundle begins with.

    Args:
        run, chosen, discount, take_up: As of `try_bundle`; the last item is the one lacking.

    Raises:
        NotEnoughData: As `try_bundle`.
    """
    items = _chosen_items(run, chosen, discount, take_up)
    value, margin = float(items["value"].sum()), items["margin"].sum(skipna=False)
    added = float(items["value"].iloc[-1])
    order = float(items_of(run)["revenue"].sum()) / max(int(run.facts["baskets"]), 1)
    lift = take_up * added / order if order > 0 else 0.0
    return BundlePlan(
        discount, take_up, None if pd.isna(margin) or value <= 0 else float(margin) / value,
        lift / 2, lift, 1.5 * lift,
        f"A bundle of {' + '.join(items['label'].str[:40])}: {take_up:.1%} would add what is worth "
        f"{added / order if order > 0 else 0:.0%} of an order",
    )  # fmt: skip


def take_up_of(run: BasketRun, left: int, right: int) -> float | None:
    """Return the take-up to begin with for a pair; None if no rule is known of it."""
    items = items_of(run)
    pair = np.array([[left, right]])
    counted = basket_companions(
        warehouse(), BasketQuestion.of(run.asked).slots, int(items.iloc[left]["item_key"])
    )
    both = counted[counted["item_key"] == items.iloc[right]["item_key"]]["baskets"].sum()
    return usual_take_up(
        int(both), float(_null(run).expected(pair)[0]), int(items.iloc[left]["baskets"]),
        int(items.iloc[right]["baskets"]),
    )  # fmt: skip


def offered(run: BasketRun, text: str, chosen: tuple[int, ...]) -> pd.DataFrame:
    """Return items to choose from: those chosen, and the most frequent whose name has a text."""
    items = items_of(run)
    fits = items["label"].str.contains(text, case=False, regex=False) | items[
        "item_id"
    ].str.contains(text, case=False, regex=False)
    kept = [one for one in chosen if 0 <= one < len(items)]
    return pd.concat([items.iloc[kept], items[fits].drop(kept, errors="ignore").head(_OFFERED)])


def save_bought_without(run: BasketRun, chosen: tuple[int, ...], author: Author) -> Made:
    """
    Save the customers who bought the first products but never the last one as a segment.

    Raises:
        NotEnoughData: Fewer than two products are chosen.
        NameTaken: There is such a segment already.
        WarehouseError: It could not be written.
    """
    items = items_of(run)
    if len(chosen) < 2 or any(not 0 <= item < len(items) for item in chosen):
        raise NotEnoughData("Choose two products first.")
    field = str(run.asked["item"])
    rows = items.iloc[list(chosen)]
    ids = rows["item_id"].tolist()
    parts = [Condition(field, "bought", (one,)) for one in ids[:-1]]
    tree = Group("all", (*parts, Condition(field, "not_bought", (ids[-1],))))
    labels = [str(one)[:40] for one in rows["label"]]
    name = f"Bought {' and '.join(labels[:-1])}, not {labels[-1]}"
    return create(
        warehouse(), SEGMENT, name=name[:120], body=segment_body(tree), author=author,
        description="For a bundle: from the Baskets tab.",
    )  # fmt: skip
