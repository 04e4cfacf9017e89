"""
Groupings of customers as they are kept: what was found, which is in use, what became of it.

The body of a grouping is what `analytics.reports.clusters.find_clusters` returns: the model
(features, transform, centres), what it was asked of, every configuration tried with its
scores, and per group its figures. Nobody changes it; another fit is another grouping. Which
one is in use is a thing of its own, of the id `IN_USE_ID`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from analytics.cluster_members import GROUPING, model_of, population
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.clusters import SETS
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.segments_rfm import snapshot_time
from analytics.reports.shell import ShellFacts
from clickhouse_schema.client import Warehouse
from clickhouse_schema.clusters.features import Population
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.reading import current, with_name
from clickhouse_schema.made.store import create, restore, save
from clickhouse_schema.made.things import Author, Body, Kind, Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.clusters import cluster_sizes, members_of_clusters
from clickhouse_schema.rules.tree import Condition, Group
from clickhouse_schema.rules.vocabulary import FIELDS

IN_USE_ID = "clusters-in-use"
SHIFTED, SPREAD_OUT = 0.1, 0.15  # from here on a refit is suggested


def _check_use(body: Body) -> None:
    if set(body) != {"model"} or not isinstance(body["model"], str):
        raise ValueError("it names no grouping.")


USE = Kind("cluster_use", "grouping in use", check=_check_use)


def grouping_id(asked: Mapping[str, Any]) -> str:
    """Return the id of what is found when asked so: the same question has the same."""
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep(warehouse: Warehouse, id_: str, body: Body, author: Author) -> Made:
    """
    Keep what was found, once; the first that has clear groups is put in use.

    Raises:
        InvalidThing: It is no grouping.
        WarehouseError: It could not be written.
    """
    try:
        held = current(warehouse, GROUPING, id_)
    except UnknownThing:
        name = free_name(warehouse, _name_of(body))
        held = create(warehouse, GROUPING, id_=id_, name=name, body=body, author=author)
    if held.archived:
        name = free_name(warehouse, held.name)
        held = restore(warehouse, GROUPING, id_, made_from=held.version, author=author, name=name)
    if body["clear"] and in_use(warehouse) is None:
        use(warehouse, id_, author)
    return held


def _name_of(body: Body) -> str:
    groups = len(body["clusters"])
    whom = f" of {body['segment_name']}" if body["segment"] else ""
    day = datetime.fromisoformat(body["snapshot"])
    unclear = "" if body["clear"] else " (not clear)"
    return f"{SETS[body['about']]}{whom}: {groups} groups, {day:%-d %b %Y}{unclear}"[:110]


def free_name(warehouse: Warehouse, name: str) -> str:
    """Return the name, or with a number behind it where it is taken."""
    for number in range(1, 1000):
        chosen = name if number == 1 else f"{name} ({number})"
        if with_name(warehouse, GROUPING, chosen) is None:
            return chosen
    return name


def in_use(warehouse: Warehouse) -> str | None:
    """Return the id of the grouping in use; None when none is, or it is in the archive."""
    try:
        id_ = str(current(warehouse, USE, IN_USE_ID).body["model"])
        return None if current(warehouse, GROUPING, id_).archived else id_
    except UnknownThing:
        return None


def use(warehouse: Warehouse, id_: str, author: Author) -> Made:
    """
    Put a grouping in use.

    Raises:
        UnknownThing: There is none.
        SaveConflict: Somebody else chose at the same moment.
    """
    current(warehouse, GROUPING, id_)
    body = {"model": id_}
    try:
        held = current(warehouse, USE, IN_USE_ID)
    except UnknownThing:
        return create(
            warehouse, USE, id_=IN_USE_ID, name="Grouping in use", body=body, author=author
        )
    return save(warehouse, USE, IN_USE_ID, made_from=held.version, author=author, body=body)


def population_at(body: Body, snapshot: datetime, *, narrowed: bool = True) -> Population:
    """
    Return whose numbers a grouping is asked of at a moment.

    Args:
        body: The grouping.
        snapshot: The moment; its window ends there.
        narrowed: Whether only the segment it was found in counts.

    Raises:
        UnknownThing: That segment is gone.
    """
    set_id = chosen_segment(body["segment"]).set_id if narrowed and body["segment"] else 0
    whole = population(body, snapshot)
    return replace(whole, scope=replace(whole.scope, segment=set_id))


def members_now(body: Body, cluster: int, facts: ShellFacts) -> Members:
    """
    Return the customers of a group as the newest data places them, without a new fit.

    Raises:
        UnknownThing: The segment it was found in is gone.
    """
    snapshot = snapshot_time(facts.data, None)
    name = str(body["clusters"][cluster - 1]["name"])
    whose = population_at(body, snapshot)
    return members_of_clusters(model_of(body), whose, [cluster], name)


# A feature as a field of the builder's rules, when the window is the whole history and when not.
_FIELDS_OF = {
    "recency": ("recency", "recency"),
    "frequency": ("frequency", "orders_in"),
    "monetary": ("monetary", "spend_in"),
    "tenure": ("tenure", "tenure"),
    "average_order_value": ("average_order_value", ""),
    "discount_share": ("discount_share", ""),
    "return_rate": ("return_rate", ""),
}


def rule_tree(body: Body, cluster: int) -> Group | None:
    """
    Return the rule of a group as the builder has it; None if some of it cannot be said there.

    In a grouping of a window, customers must have ordered in it, as there.
    """
    conditions: list[Condition] = []
    days = body["days"]
    for bound in body["clusters"][cluster - 1]["rule"]["bounds"]:
        whole, windowed = _FIELDS_OF.get(bound["feature"], ("", ""))
        word = whole if days is None else windowed
        if not word:
            return None
        field = FIELDS[word]
        value: float | int = bound["threshold"]
        if field.whole:
            value = math.ceil(value) if bound["at_least"] else math.floor(value)
        operator = "at_least" if bound["at_least"] else "at_most"
        window = days if field.windowed == "always" else None
        conditions.append(Condition(word, operator, value, window))
    if not conditions:
        return None
    if days is not None and not any(one.field == "recency" for one in conditions):
        conditions.append(Condition("recency", "at_most", days))
    if body["segment"] and not str(body["segment"]).startswith("rfm-"):
        conditions.append(Condition("saved_segment", "in_segment", (body["segment"],)))
    elif body["segment"]:
        named = str(body["segment"]).removeprefix("rfm-")
        conditions.append(Condition("rfm_segment", "is_any_of", (named,)))
    return Group("all", tuple(conditions))


@dataclass(frozen=True, slots=True)
class Drift:
    """
    How far today's customers are from those a grouping was found in.

    Attributes:
        at: The moment of today's.
        shares: Per group its share of customers then and now.
        shift: Population stability index of the shares: below 0.1 little, above 0.25 much.
        spread: Relative change of the mean squared distance to the own centre.
        refit: Whether finding groups anew is suggested.

    References:
        Siddiqi (2006), Credit Risk Scorecards, on the population stability index.
    """

    at: datetime
    shares: tuple[tuple[float, float], ...]
    shift: float
    spread: float
    refit: bool


def drift_of(id_: str, body: Body, facts: ShellFacts) -> Drift:
    """
    Return how far customers have moved since a grouping was found.

    Raises:
        UnknownThing: The segment it was found in is gone.
        WarehouseError: The warehouse could not answer.
    """
    at = snapshot_time(facts.data, None)
    clusters = body["clusters"]
    before = [float(one["customers"]) for one in clusters]
    if _of_today(body, at, facts):
        held = tuple((many / max(sum(before), 1.0),) * 2 for many in before)
        return Drift(at, held, 0.0, 0.0, False)
    whose = population_at(body, at)
    now: pd.DataFrame = shared(
        "cluster_drift",
        {"id": id_, "population": repr(whose)},
        lambda: cluster_sizes(warehouse(), model_of(body), whose),
    ).set_index("cluster")
    placed = now.reindex(range(1, len(clusters) + 1), fill_value=0)
    after = [float(value) for value in placed["customers"]]
    shares = [
        (old / max(sum(before), 1.0), new / max(sum(after), 1.0))
        for old, new in zip(before, after, strict=True)
    ]
    far = sum(float(one["distance"]) for one in clusters) / max(sum(before), 1.0)
    farther = float(placed["distance"].sum()) / max(sum(after), 1.0)
    shift = stability_index(shares)
    spread = farther / far - 1 if far > 0 else 0.0
    refit = shift >= SHIFTED or spread >= SPREAD_OUT
    return Drift(at, tuple(shares), shift, spread, refit)


def _of_today(body: Body, at: datetime, facts: ShellFacts) -> bool:
    """Return whether a grouping was found in just the data there is: nothing can have moved."""
    return bool(body["data_version"] == facts.version and body["snapshot"] == at.isoformat())


def stability_index(shares: Sequence[tuple[float, float]]) -> float:
    """Return the population stability index of shares then and now."""
    least = 1e-4  # an empty group is very little, not nothing
    pairs = [(max(old, least), max(new, least)) for old, new in shares]
    return sum((new - old) * math.log(new / old) for old, new in pairs)
