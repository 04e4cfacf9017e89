"""
Basket rules: what is asked, the job that mines it, and the answers read from what it kept.

A question has a run id made of the filters, the settings and the data version. The job
keeps its result under that id, so the same question is mined once, whoever asks.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analytics.errors import AnalysisError, NotEnoughData
from analytics.jobs import Work, kind, queue
from analytics.models.basket_rules import ALPHA, Judged, automatic
from analytics.models.bundle import Bundle, Holding, Part, simulate, usual_take_up
from analytics.reports._basket_mining import Mined, Told, mine
from analytics.reports._cache import current_version, remembered
from analytics.reports._warehouse import warehouse
from clickhouse_schema.baskets.results import BasketRun, find_run, keep_run
from clickhouse_schema.baskets.scratch import new_attempt
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.queries.baskets import bundle_baskets

Item = Literal["product", "category"]
DAYS = (0, 7, 30, 90)  # a basket is an order, or what a customer buys within so many days
KIND = "baskets"
MOST_KEPT = 20_000
WORTH_TRYING = 5
DISCOUNT = 0.1
_DEEPEST_KEPT = 4
_TRIED = 15  # pairs simulated to find the bundles most worth trying
_COST_KNOWN = 0.9  # of an item's revenue, for its margin to be told


@dataclass(frozen=True, slots=True)
class BasketQuestion:
    """
    What is mined.

    Attributes:
        filters: The slice; its comparison plays no part.
        item: What lies in baskets: products or categories.
        days: One of `DAYS`.
    """

    filters: Filters
    item: Item = "product"
    days: int = 0

    def __post_init__(self) -> None:
        if self.item not in get_args(Item) or self.days not in DAYS:
            raise ValueError("Baskets are not made up like that.")

    @property
    def slots(self) -> dict[str, Any]:
        """Values bound to the queries."""
        return {
            **self.filters.as_params(),
            "by_category": int(self.item == "category"),
            "days": self.days,
        }

    def asked(self) -> dict[str, Any]:
        """Return it as JSON; `of` reads it back."""
        held = asdict(self)
        held["filters"] |= {"start": str(self.filters.start), "end": str(self.filters.end)}
        held["filters"]["compare"] = "none"
        if self.filters.segment is not None:
            held["filters"]["segment"]["as_of"] = self.filters.segment.as_of.isoformat()
        plain: dict[str, Any] = json.loads(json.dumps(held))
        return plain

    @classmethod
    def of(cls, asked: Any) -> BasketQuestion:
        """Return the question that `asked` wrote."""
        held = dict(asked["filters"])
        lists = {name: tuple(one) for name, one in held.items() if isinstance(one, list | tuple)}
        days = {name: date.fromisoformat(held[name]) for name in ("start", "end")}
        segment = held["segment"]
        if segment is not None:
            as_of = datetime.fromisoformat(segment["as_of"])
            held["segment"] = ChosenSegment(**{**segment, "as_of": as_of})
        return cls(Filters(**{**held, **lists, **days}), asked["item"], int(asked["days"]))

    def run_id(self, version: int) -> str:
        """Return the id of its run."""
        text = json.dumps([self.asked(), version], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def finished(question: BasketQuestion) -> BasketRun | None:
    """
    Return what was found for a question; None while nobody has mined it.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    run_id = question.run_id(current_version())
    try:
        return remembered("basket_run", {"run": run_id}, lambda: _found(run_id))
    except _NotMined:
        return None


class _NotMined(AnalysisError):
    """Nobody has; this is not remembered."""


def _found(run_id: str) -> BasketRun:
    run = find_run(warehouse(), run_id)
    if run is None:
        raise _NotMined
    return run


def start(question: BasketQuestion, owner: str) -> str:
    """
    Queue the job that mines a question, or join the one that does; return its id.

    Raises:
        AnalysisError: There is no queue here.
    """
    job_id = f"{KIND}-{question.run_id(current_version())}"
    return queue().submit_once(job_id, KIND, owner, question.asked())


@kind(KIND)
def do_job(work: Work) -> dict[str, Any]:
    """Mine the question a job carries, unless that was done before."""
    question = BasketQuestion.of(work.parameters)
    version = current_version()
    run = find_run(warehouse(), question.run_id(version))
    if run is None:
        run = mine_and_keep(question, version, work.told)
    return {"run": run.run_id}


def mine_and_keep(question: BasketQuestion, version: int, told: Told) -> BasketRun:
    """
    Mine a question and keep what was found.

    Raises:
        NotEnoughData: No basket holds two items.
        WarehouseError: The warehouse could not answer.
    """
    attempt = new_attempt()
    mined = mine(warehouse(), attempt, question.slots, told, deepest=_DEEPEST_KEPT)
    told(90, "Looking at categories")
    categories = _categories(question, mined)
    told(95, "Trying bundles")
    items = described(mined.items)
    facts = {
        **_totals(mined),
        "thresholds": asdict(automatic(mined.rules[:MOST_KEPT])),
        "categories": categories,
        "bundles": _worth_trying(question, mined, items),
    }
    run = BasketRun(question.run_id(version), attempt, question.asked(), facts)
    told(98, "Keeping the result")
    keep_run(warehouse(), run, version, _item_rows(items, mined), _rule_rows(mined, items))
    return run


def described(items: pd.DataFrame) -> pd.DataFrame:
    """Return items with `label` (what readers call it), `value` and `margin` of a basket."""
    known = items["cost_known"] >= _COST_KNOWN
    baskets = items["baskets"].clip(lower=1)
    label = items["name"].fillna("").where(items["name"].fillna("") != "", items["item_id"])
    return items.assign(
        label=label.fillna("").astype(str),
        value=items["revenue"].fillna(0.0) / baskets,
        margin=((items["revenue"] - items["cost"]) / baskets).where(known),
    )


def _totals(mined: Mined) -> dict[str, Any]:
    found = mined.found
    pairs = mined.judged[0] if mined.judged else None
    return {
        "baskets": found.count,
        "too_large": mined.too_large,
        "lines": mined.lines,
        "items": len(mined.items),
        "sets": [len(level.sets) for level in found.levels],
        "least": list(found.least),
        "sizes": found.sizes.tolist(),
        "of_size": found.baskets.tolist(),
        "of_stretch": mined.stretches.baskets.tolist(),
        "rules": len(mined.rules),
        "kept": min(len(mined.rules), MOST_KEPT),
        "pairs_beyond_chance": 0 if pairs is None else int((pairs.adjusted[:, 0] < ALPHA).sum()),
        "stopped": mined.stopped,
        "margin_known": bool((mined.items["cost_known"].fillna(0) >= _COST_KNOWN).mean() > 0.5),
    }


def _categories(question: BasketQuestion, mined: Mined) -> dict[str, Any]:
    """Return how often categories meet: names, and adjusted lift of each pair (None: never)."""
    names = mined.items["category"].fillna("")
    if question.item == "category":
        return _matrix(mined)
    if names[names != ""].nunique() < 2:
        return {"names": [], "lift": [], "orders": []}
    slots = {**question.slots, "by_category": 1}
    try:
        return _matrix(mine(warehouse(), new_attempt(), slots, lambda *_: None, least=1, deepest=2))
    except NotEnoughData:
        return {"names": [], "lift": [], "orders": []}


def _matrix(mined: Mined) -> dict[str, Any]:
    names = mined.items["category"].tolist()
    lift: list[list[float | None]] = [[None] * len(names) for _ in names]
    orders = [[0] * len(names) for _ in names]
    pairs: Judged = mined.judged[0]
    ratio = pairs.level.baskets / pairs.expected
    rows = zip(pairs.level.sets.tolist(), ratio.tolist(), pairs.level.baskets.tolist(), strict=True)
    for (one, two), value, held in rows:
        lift[one][two] = lift[two][one] = round(value, 4)
        orders[one][two] = orders[two][one] = held
    return {"names": names, "lift": lift, "orders": orders}


def _worth_trying(
    question: BasketQuestion, mined: Mined, items: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return the pairs that would bring most as a bundle, surely found and held up."""
    rules = mined.rules
    ends = zip(rules["left"], rules["right"], strict=True)
    pairs = np.array([len(left) == 1 and left[0] < right for left, right in ends], dtype=bool)
    sure = rules[pairs & (rules["held"] == "yes").to_numpy(bool)]
    worth = items["margin"].fillna(items["value"]).to_numpy()
    left = np.array([one[0] for one in sure["left"]], np.int64)
    right = sure["right"].to_numpy(np.int64)
    beyond = (sure["orders"] - sure["expected"]).to_numpy() / np.maximum(
        sure["left_orders"], sure["right_orders"]
    ).to_numpy(float)
    lacking = (
        sure["left_orders"].to_numpy() * worth[right]
        + sure["right_orders"].to_numpy() * worth[left]
    )
    best = np.argsort(-beyond * lacking, kind="stable")[:_TRIED]
    found = []
    for at in best:
        row = sure.iloc[int(at)]
        pair = items.iloc[[int(left[at]), int(right[at])]]
        share = usual_take_up(
            int(row["orders"]), float(row["expected"]), int(row["left_orders"]),
            int(row["right_orders"]),
        )  # fmt: skip
        take_up = round(share, 3)  # as a reader can type it
        bundle = simulated(question, pair, DISCOUNT, take_up)
        gain = bundle.margin or bundle.revenue
        if gain.low > 0:
            found.append(
                {
                    "items": [int(left[at]), int(right[at])],
                    "keys": [str(key) for key in pair["item_key"]],
                    "names": pair["label"].tolist(),
                    "adjusted_lift": float(row["adjusted_lift"]),
                    "orders": int(row["orders"]),
                    "take_up": take_up,
                    "bundle": asdict(bundle),
                }
            )
    found.sort(key=lambda one: -(one["bundle"]["margin"] or one["bundle"]["revenue"])["value"])
    return _unlike(found)


def _unlike(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the best bundles, no product in more than two of them."""
    kept: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for one in found:
        if all(seen.get(key, 0) < 2 for key in one["keys"]) and len(kept) < WORTH_TRYING:
            kept.append(one)
            for key in one["keys"]:
                seen[key] = seen.get(key, 0) + 1
    return kept


def simulated(
    question: BasketQuestion, items: pd.DataFrame, discount: float, take_up: float
) -> Bundle:
    """
    Return what a bundle would bring, from the baskets that hold any of its items.

    Args:
        question: Whose baskets.
        items: Rows of `described`.
        discount, take_up: Shares, as `simulate`.
    """
    keys = [int(key) for key in items["item_key"]]
    frame = bundle_baskets(warehouse(), question.slots, keys)
    holdings = [
        Holding(int(row.held), int(row.baskets), float(row.spend), float(row.spend_squared))
        for row in frame.itertuples()
    ]
    parts = [
        Part(float(row.value), None if pd.isna(row.margin) else float(row.value - row.margin))
        for row in items.itertuples()
    ]
    return simulate(parts, holdings, discount, take_up)


def _item_rows(items: pd.DataFrame, mined: Mined) -> pd.DataFrame:
    rows = items.assign(item=items["place"], name=items["label"])
    columns = ["item", "item_key", "item_id", "name", "category", "baskets", "later", "revenue",
               "cost", "cost_known"]  # fmt: skip
    texts = {name: rows[name].fillna("") for name in ("item_id", "name", "category")}
    numbers = {name: rows[name].fillna(0.0) for name in ("revenue", "cost", "cost_known")}
    rows = rows.assign(**texts, **numbers)
    bought: list[list[int]] = [[] for _ in range(len(rows))]
    for place, counts in zip(mined.stretches.known, mined.stretches.counts, strict=True):
        bought[place] = counts.tolist()
    return rows[columns].assign(stretches=bought)


def _rule_rows(mined: Mined, items: pd.DataFrame) -> pd.DataFrame:
    rules = mined.rules[:MOST_KEPT]
    label, value, margin = (items[name].to_numpy() for name in ("label", "value", "margin"))
    beyond = 1000 * (rules["orders"] - rules["expected"]) / mined.found.count
    right = rules["right"].to_numpy(np.int64)
    conviction = rules["conviction"].where(np.isfinite(rules["conviction"]))
    return pd.DataFrame(
        {
            "rule": np.arange(1, len(rules) + 1),
            "left_items": [list(map(int, left)) for left in rules["left"]],
            "right_item": right,
            "left_text": [" + ".join(label[list(left)]) for left in rules["left"]],
            "right_text": label[right] if len(rules) else [],
            "items": rules["left"].map(len).astype("int64") + 1,
            **{name: rules[name] for name in (
                "orders", "left_orders", "right_orders", "expected", "support", "confidence",
                "lift", "lift_low", "lift_high", "adjusted_lift", "adjusted_low",
                "adjusted_high", "leverage", "zhang", "p", "held", "later_lift",
            )},
            "conviction": conviction,
            "revenue_gain": beyond * value[right] if len(rules) else [],
            "margin_gain": beyond * margin[right] if len(rules) else [],
        }
    )  # fmt: skip
