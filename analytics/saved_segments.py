"""
Segments and the RFM map as people keep them, and who is in a kept segment now.

A segment's body is `{"rule": tree}`, the tree as `clickhouse_schema.rules.tree`
writes it. The map's body is `{"rows": 5 x 5 words, "cuts": None or the business
cuts of each measure}`; there is one map, of the id `MAP_ID`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import product
from typing import Any, Self

from analytics.cluster_members import clusters_in
from analytics.errors import NotEnoughData
from analytics.models.rfm import DEFAULT_MAP, SCORES, SEGMENTS, SegmentMap
from analytics.reports.segments_rfm import RfmOptions, snapshot_time
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, UnknownThing
from clickhouse_schema.filters import Filters
from clickhouse_schema.made.reading import current, listed, version_of
from clickhouse_schema.made.store import create, save
from clickhouse_schema.made.things import Author, Body, Kind, Made
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.loads import data_state
from clickhouse_schema.queries.rfm import quintile_cuts, rfm_quantiles
from clickhouse_schema.queries.segment_members import members_of as members_of_tree
from clickhouse_schema.rules.compile import Judgement, needs_cuts
from clickhouse_schema.rules.tree import (
    Condition,
    Group,
    RuleError,
    expand,
    parse,
    to_json,
)
from clickhouse_schema.rules.words import condition_in_words, tree_in_words
from clickhouse_schema.scoring import Cuts, Scope

MAP_ID = "rfm-map"
_NAMED = ("countries", "channels", "categories")
_STANDPOINT = {*_NAMED, "net_of_returns", "snapshot"}
_MOST_NAMES, _LONGEST_NAME = 500, 200


def _check_segment(body: Body) -> None:
    if set(body) != {"rule"}:
        raise ValueError("it needs a rule, and nothing else.")
    parse(body["rule"])


def rule_differences(
    old: Body,
    new: Body,
    condition: Callable[[Condition], str] = condition_in_words,
    whole: Callable[[Group], str] = tree_in_words,
) -> list[str]:
    """
    Name each condition that came or went; of what else changed, the whole sentence.

    Args:
        old, new: Bodies of segments.
        condition, whole: Word a condition and a tree; they may know names that the rule has not.
    """
    before, after = parse(old["rule"]), parse(new["rule"])
    if before == after:
        return []
    had, has = list(before.conditions()), list(after.conditions())
    gone = [one for one in had if one not in has]
    come = [one for one in has if one not in had]
    told = []
    for one in list(gone):
        same = [other for other in come if (other.field, other.role) == (one.field, one.role)]
        if same:
            told.append(f"Customers who {condition(one)} → who {condition(same[0])}.")
            gone.remove(one)
            come.remove(same[0])
    told += [f"No longer asked: {condition(one)}." for one in gone]
    told += [f"Now asked: {condition(one)}." for one in come]
    if not told or _shape(before) != _shape(after):
        told.append(f"In all: {whole(before)} → {whole(after)}")
    return told


def _shape(part: Group | Condition) -> Any:
    if isinstance(part, Condition):
        return None
    return (part.mode, part.negated, [_shape(one) for one in part.parts])


def _check_map(body: Body) -> None:
    if set(body) != {"rows", "cuts"}:
        raise ValueError("it needs rows and cuts.")
    SegmentMap(body["rows"])
    if body["cuts"] is not None:
        _cuts(body["cuts"])


def _cuts(stored: Any) -> Cuts:
    if not isinstance(stored, Mapping) or set(stored) != {"recency", "frequency", "monetary"}:
        raise ValueError("its cuts need recency, frequency and monetary.")
    return Cuts(**stored)


def _say_map(old: Body, new: Body) -> list[str]:
    before, after = SegmentMap(old["rows"]), SegmentMap(new["rows"])
    told = [
        f"R{r} F{f}: {SEGMENTS[before.segment(r, f)]} → {SEGMENTS[after.segment(r, f)]}."
        for r, f in product(SCORES, SCORES)
        if before.segment(r, f) != after.segment(r, f)
    ]
    if old["cuts"] == new["cuts"]:
        return told
    for measure in ("recency", "frequency", "monetary"):
        values = [_cuts_in_words(body["cuts"], measure) for body in (old, new)]
        if values[0] != values[1]:
            told.append(f"Scores of {measure} are cut at {values[0]} → {values[1]}.")
    return told


def _cuts_in_words(cuts: Any, measure: str) -> str:
    return "quintiles" if cuts is None else ", ".join(f"{cut:g}" for cut in cuts[measure])


SEGMENT = Kind("segment", "segment", check=_check_segment, differences=rule_differences)
RFM_MAP = Kind("rfm_map", "RFM map", check=_check_map, differences=_say_map)


@dataclass(frozen=True, slots=True)
class KeptMap:
    """
    The RFM map in use.

    Attributes:
        map: Which segment each pair of scores is.
        cuts: Business cuts; None for quintiles.
        version: 0 for the one everybody starts with.
        author: Who made it; empty for that one.
    """

    map: SegmentMap
    cuts: Cuts | None = None
    version: int = 0
    author: str = ""


def kept_map(warehouse: Warehouse) -> KeptMap:
    """Return the RFM map in use."""
    try:
        made = current(warehouse, RFM_MAP, MAP_ID)
    except UnknownThing:
        return KeptMap(DEFAULT_MAP)
    cuts = made.body["cuts"]
    return KeptMap(
        SegmentMap(made.body["rows"]),
        None if cuts is None else _cuts(cuts),
        made.version,
        made.author,
    )


def save_map(
    warehouse: Warehouse,
    segment_map: SegmentMap,
    cuts: Cuts | None,
    *,
    made_from: int,
    author: Author,
) -> Made:
    """
    Keep a map as the one in use.

    Args:
        made_from: `KeptMap.version` of what the author had before them.

    Raises:
        SaveConflict: Somebody else saved first; both are kept.
    """
    body = {
        "rows": [list(row) for row in segment_map.rows],
        "cuts": None
        if cuts is None
        else {measure: list(values) for measure, values in asdict(cuts).items()},
    }
    if made_from == 0:
        return create(warehouse, RFM_MAP, id_=MAP_ID, name="RFM map", body=body, author=author)
    return save(warehouse, RFM_MAP, MAP_ID, made_from=made_from, author=author, body=body)


def segment_body(tree: Group) -> dict[str, Any]:
    """Return the body under which a tree is kept."""
    return {"rule": to_json(tree)}


def kept_tree(made: Made) -> Group:
    """Return the tree of a kept segment, not expanded."""
    return parse(made.body["rule"])


def kept_trees(warehouse: Warehouse) -> dict[str, Group]:
    """
    Return the trees of all kept segments by id, for `expand`.

    Archived ones are not there, nor any that a later vocabulary cannot read:
    only what refers to those fails.
    """
    found = {}
    for made in listed(warehouse, SEGMENT):
        with suppress(RuleError):
            found[made.id] = kept_tree(made)
    return found


@dataclass(frozen=True, slots=True)
class Standpoint:
    """
    From where a segment is looked at; unless said otherwise all orders and the newest data.

    Attributes:
        scope: Which orders count.
        snapshot: Day at whose beginning customers are judged; None for now.
    """

    scope: Scope = field(default_factory=Scope)
    snapshot: date | None = None

    @classmethod
    def of(cls, given: Any) -> Self:
        """
        Return the standpoint that somebody sent; parts that are missing are the usual ones.

        Raises:
            ValueError: It is none; the sentence says why.
        """
        if not isinstance(given, Mapping) or not set(given) <= _STANDPOINT:
            raise ValueError("The filters of that selection cannot be read.")
        names = {part: _names(given.get(part, [])) for part in _NAMED}
        net = given.get("net_of_returns", False)
        if not isinstance(net, bool):
            raise ValueError("net_of_returns must be true or false.")
        day = given.get("snapshot")
        if not (day is None or isinstance(day, str)):
            raise ValueError("The snapshot must be a day.")
        snapshot = None if day is None else date.fromisoformat(day)
        return cls(Scope(names["countries"], names["channels"], names["categories"], net), snapshot)

    @classmethod
    def of_page(cls, filters: Filters, options: RfmOptions) -> Self:
        """Return the standpoint of a page with these filters and options."""
        scope = Scope.of(filters, net_of_returns=options.net_of_returns)
        return cls(scope, options.snapshot)

    def to_dict(self) -> dict[str, Any]:
        """Return it as it can be sent."""
        told: dict[str, Any] = {part: list(getattr(self.scope, part)) for part in _NAMED}
        day = None if self.snapshot is None else self.snapshot.isoformat()
        return told | {"net_of_returns": self.scope.net_of_returns, "snapshot": day}


def _names(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > _MOST_NAMES:
        raise ValueError("The filters of that selection cannot be read.")
    for name in given:
        if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _is_text(name):
            raise ValueError("The filters of that selection cannot be read.")
    return tuple(sorted(set(given)))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in name


ALL_ORDERS = Standpoint()


def judgement_of(
    warehouse: Warehouse, tree: Group, standpoint: Standpoint = ALL_ORDERS
) -> Judgement:
    """
    Return what a segment is judged by, with the map in use.

    Args:
        tree: Expanded.

    Raises:
        NotEnoughData: Nothing is loaded, or nothing before the snapshot.
    """
    at = snapshot_time(data_state(warehouse), standpoint.snapshot)
    clusters = clusters_in(warehouse, tree, at)
    if not needs_cuts(tree):
        return Judgement(standpoint.scope, at, clusters=clusters)
    kept = kept_map(warehouse)
    quantiles = None if kept.cuts else rfm_quantiles(warehouse, standpoint.scope, at)
    if quantiles is not None and quantiles.empty:
        raise NotEnoughData("Nobody ordered that before the snapshot. Widen the filters.")
    cuts = kept.cuts if quantiles is None else quintile_cuts(quantiles)
    cells = {word: kept.map.cells(word) for word in SEGMENTS}
    return Judgement(standpoint.scope, at, cuts, cells, clusters)


def members_of(
    warehouse: Warehouse, tree: Group, name: str = "", standpoint: Standpoint = ALL_ORDERS
) -> Members:
    """
    Return who fits a tree, whether it was kept or not.

    Args:
        tree: Not expanded.

    Raises:
        InvalidThing: A segment it refers to is gone, or it is made of itself.
        NotEnoughData: Nothing is loaded.
    """
    try:
        whole = expand(tree, kept_trees(warehouse))
    except RuleError as error:
        raise InvalidThing(str(error)) from error
    return members_of_tree(whole, judgement_of(warehouse, whole, standpoint), name)


def members_of_segment(
    warehouse: Warehouse, segment: str, version: int = 0, standpoint: Standpoint = ALL_ORDERS
) -> tuple[Made, Members]:
    """
    Return a kept segment and who is in it.

    Args:
        version: 0 for the newest.

    Raises:
        UnknownThing: There is none, or it is in the archive.
        InvalidThing, NotEnoughData: As `members_of`.
    """
    newest = current(warehouse, SEGMENT, segment)
    if newest.archived:
        raise UnknownThing(f"The segment “{newest.name}” is in the archive. Restore it first.")
    made = version_of(warehouse, SEGMENT, segment, version) if version else newest
    try:
        tree = kept_tree(made)
    except RuleError as error:
        raise InvalidThing(f"The segment “{made.name}” cannot be read: {error}") from error
    return made, members_of(warehouse, tree, made.name, standpoint)


def data_as_of(warehouse: Warehouse) -> str:
    """Return the day of the newest order as text; empty when nothing is loaded."""
    state = data_state(warehouse)
    return state.newest_at.date().isoformat() if state.orders else ""
