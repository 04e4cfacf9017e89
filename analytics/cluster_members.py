"""
Kept groupings as rules see them: who is in a group at a moment, by centres and transform alone.

A condition names a group as `clickhouse_schema.rules.tree.cluster_name` writes it. It means
everybody who is nearest to that group's centre, also those who came after it was found.
"""

from __future__ import annotations

from datetime import datetime

from clickhouse_schema.client import Warehouse
from clickhouse_schema.clusters.features import Population
from clickhouse_schema.clusters.model import ClusterModel
from clickhouse_schema.errors import InvalidThing, UnknownThing
from clickhouse_schema.made.reading import current, listed
from clickhouse_schema.made.things import Body, Kind, Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.clusters import members_of_clusters
from clickhouse_schema.rules.compile import renamed
from clickhouse_schema.rules.tree import Group, cluster_name, read_cluster
from clickhouse_schema.scoring import Scope

_PARTS = {
    "model", "about", "countries", "channels", "categories", "segment", "segment_name", "start",
    "days", "snapshot", "data_version", "currency", "seed", "clear", "algorithm", "full_inertia",
    "mini_inertia", "chosen", "candidates", "clusters", "sampled", "map", "seconds",
    "seconds_in_all",
}  # fmt: skip


def _check(body: Body) -> None:
    if set(body) != _PARTS:
        raise ValueError("it has other parts than a grouping.")
    if len(body["clusters"]) != ClusterModel.of(body["model"]).clusters:
        raise ValueError("its groups do not fit its model.")


GROUPING = Kind("cluster_model", "grouping", check=_check)


def kept_groupings(warehouse: Warehouse) -> list[Made]:
    """Return the groupings that are not in the archive, the last found first."""
    return listed(warehouse, GROUPING)


def model_of(body: Body) -> ClusterModel:
    """Return the model of a grouping."""
    return ClusterModel.of(body["model"])


def population(body: Body, snapshot: datetime) -> Population:
    """Return whose numbers a grouping is asked of at a moment: everybody's, of its filters."""
    scope = Scope(tuple(body["countries"]), tuple(body["channels"]), tuple(body["categories"]))
    return Population(scope, snapshot, body["days"])


def cluster_choices(warehouse: Warehouse) -> dict[str, str]:
    """Return every group of the kept groupings: how conditions name it, and how readers do."""
    return {
        cluster_name(made.id, place, one["name"]): f"{one['name']} ({made.name})"
        for made in kept_groupings(warehouse)
        for place, one in enumerate(made.body["clusters"], 1)
    }


def clusters_in(warehouse: Warehouse, tree: Group, at: datetime) -> dict[tuple[str, ...], Members]:
    """
    Return for the names of each condition on clusters who is meant at a moment.

    Args:
        warehouse: Where groupings are kept.
        tree: Expanded.
        at: The moment customers are judged at.

    Raises:
        InvalidThing: A grouping is gone.
    """
    return {
        one.names: _members(warehouse, one.names, at)
        for one in tree.conditions()
        if one.field == "cluster"
    }


def _members(warehouse: Warehouse, names: tuple[str, ...], at: datetime) -> Members:
    wanted: dict[str, list[int]] = {}
    for name in names:
        grouping, number, _ = read_cluster(name)
        wanted.setdefault(grouping, []).append(number)
    texts: list[str] = []
    params: dict[str, object] = {}
    for place, (grouping, numbers) in enumerate(wanted.items()):
        try:
            body = current(warehouse, GROUPING, grouping).body
        except UnknownThing:
            raise InvalidThing(
                "A grouping this rule refers to is gone. Remove that condition."
            ) from None
        found = members_of_clusters(model_of(body), population(body, at), sorted(numbers))
        text, bound = renamed(found.text, found.params, f"of{place}_")
        texts.append(text)
        params |= bound
    return Members("\nUNION DISTINCT\n".join(texts), params)
