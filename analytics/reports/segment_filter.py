"""
A segment as a filter of the other tabs: what can be chosen, and who is in it.

The address names a saved segment by its id and a named segment of RFM as `rfm-champions`.
Members are judged by all orders at the newest data, as the builder and an export judge them, and
are the same customers in the period and in its comparison.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from analytics.cluster_members import clusters_in
from analytics.errors import NotEnoughData
from analytics.models.rfm import SEGMENTS
from analytics.reports._cache import current_version, remembered
from analytics.reports._warehouse import warehouse
from analytics.reports.segments import cells_of
from analytics.reports.segments_rfm import RfmOptions, cuts_at, snapshot_time
from analytics.reports.shell import shell_facts
from analytics.saved_segments import SEGMENT, kept_map, kept_tree, kept_trees
from clickhouse_schema.errors import InvalidThing, UnknownThing
from clickhouse_schema.filters import ChosenSegment
from clickhouse_schema.made.reading import current, listed
from clickhouse_schema.members.sets import MemberSet, found_set, make_set
from clickhouse_schema.queries.segment_members import members_of
from clickhouse_schema.recording import recording
from clickhouse_schema.rules.compile import Judgement, needs_cuts
from clickhouse_schema.rules.tree import Condition, Group, RuleError, expand
from clickhouse_schema.scoring import Scope

RFM = "rfm-"
_SEEN_SECONDS = 1.0
_seen: dict[str, tuple[float, int, ChosenSegment]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """A segment that can be chosen: its word in the address, its name, whether it is of RFM."""

    word: str
    name: str
    named: bool


def segment_choices() -> tuple[Choice, ...]:
    """
    Return what can be chosen: saved segments by name, then the ten named ones, best first.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    saved = sorted(listed(warehouse(), SEGMENT), key=lambda made: made.name.casefold())
    return (
        *(Choice(made.id, made.name, named=False) for made in saved),
        *(Choice(word, name, named=True) for word, (name, _) in named_rules().items()),
    )


def chosen_segment(word: str) -> ChosenSegment:
    """
    Return the customers of a segment, written down if nobody has yet.

    What was found is taken as true for a second, so that the tiles of a tab do not each look.

    Raises:
        UnknownThing: There is no such segment, or it is in the archive.
        InvalidThing: Its rule cannot be used here; the sentence says why.
        NotEnoughData: Nothing is loaded.
        WarehouseError: The warehouse could not answer.
    """
    version = current_version()
    seen = _seen.get(word)
    if seen is not None and seen[1] == version and time.monotonic() - seen[0] < _SEEN_SECONDS:
        return seen[2]
    with recording():  # how members are found is no statement of the view's
        found = _chosen(word, version)
    if len(_seen) > 100:
        _seen.clear()
    _seen[word] = (time.monotonic(), version, found)
    return found


def forget_segments() -> None:
    """Look anew at the next question."""
    _seen.clear()


def _chosen(word: str, version: int) -> ChosenSegment:
    name, tree = _rule_of(word)
    judged = _judgement(tree)
    # Quintiles follow from the data: a set that was made is found without looking for them.
    text = repr((tree, judged, version))
    key = hashlib.sha256(text.encode()).hexdigest()

    def written() -> MemberSet:
        """Return the set that is kept, or write one."""
        found = found_set(warehouse(), key)
        if found is not None:
            return found
        try:
            cut = _with_cuts(tree, judged)
        except NotEnoughData as error:
            raise InvalidThing(
                f"The segment “{name}” has no members: no order here names its customer."
            ) from error
        members = members_of(tree, cut, name)
        return make_set(warehouse(), members, set_key=key, data_version=version)

    # Of a day, because a set is dropped some days after it was made.
    day = datetime.now(UTC).date()
    kept = remembered("segment_set", {"key": key, "day": day}, written)
    return ChosenSegment(kept.set_id, word, name, judged.snapshot, kept.customers)


def named_rules() -> dict[str, tuple[str, Group]]:
    """Return the ten named segments of RFM, best first: each word's name and rule."""
    return {
        f"{RFM}{word}": (name, Group("all", (Condition("rfm_segment", "is_any_of", (word,)),)))
        for word, name in SEGMENTS.items()
    }


def _rule_of(word: str) -> tuple[str, Group]:
    """Return the name and the expanded tree of a segment."""
    named = named_rules().get(word)
    if named is not None:
        return named
    made = current(warehouse(), SEGMENT, word)
    if made.archived:
        raise UnknownThing(f"The segment “{made.name}” is in the archive.")
    try:
        tree = kept_tree(made)
        if any(one.field == "saved_segment" for one in tree.conditions()):
            tree = expand(tree, kept_trees(warehouse()))
    except RuleError as error:
        raise InvalidThing(f"The segment “{made.name}” cannot be used: {error}") from error
    return made.name, tree


def _judgement(tree: Group) -> Judgement:
    """Return what members are judged by; without cuts where they are the data's quintiles."""
    scope = Scope()
    at = snapshot_time(shell_facts().data, None)
    clusters = clusters_in(warehouse(), tree, at)
    if not needs_cuts(tree):
        return Judgement(scope, at, clusters=clusters)
    kept = kept_map(warehouse())
    return Judgement(scope, at, kept.cuts, cells_of(kept.map), clusters)


def _with_cuts(tree: Group, judged: Judgement) -> Judgement:
    """Return the judgement with the quintiles, where scores are asked for and no cuts are kept."""
    if not needs_cuts(tree):
        return judged
    cuts = cuts_at(judged.scope, judged.snapshot, RfmOptions(cuts=judged.cuts))
    return replace(judged, cuts=cuts)
