"""Segments and the RFM map as they are kept: checked, told in sentences, and found again."""

from __future__ import annotations

import pytest

from analytics.errors import NotEnoughData
from analytics.models.rfm import DEFAULT_MAP
from analytics.saved_segments import (
    RFM_MAP,
    SEGMENT,
    kept_map,
    members_of,
    members_of_segment,
    save_map,
    segment_body,
)
from clickhouse_schema.errors import InvalidThing, SaveConflict, UnknownThing
from clickhouse_schema.made.differences import difference
from clickhouse_schema.made.store import archive, create, save
from clickhouse_schema.made.things import Author, Kind
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.stream import blocks_of_members, count_members
from clickhouse_schema.rules.tree import EVERYBODY, Condition, Group
from clickhouse_schema.scoring import Cuts
from tests.filling import Line, fill

ANNA = Author("Anna")
SPENT_10 = Condition("monetary", "at_least", 10)
SPENT_20 = Condition("monetary", "at_least", 20)
GERMAN = Condition("country", "is_any_of", ("Germany",), role="any")


@pytest.fixture
def shop(empty_warehouse):
    """Ann spent 30 in Germany, Ben 12 in France, Cem 5 in Germany."""
    fill(
        empty_warehouse,
        [
            Line("1", "2025-01-03 10:00", "30", "ann"),
            Line("2", "2025-02-03 10:00", "12", "ben", country="France"),
            Line("3", "2025-03-01 09:00", "5", "cem"),
        ],
    )
    return empty_warehouse


def keep(warehouse, *parts, name="Spenders", mode="all"):
    """Keep a segment of these parts."""
    body = segment_body(Group(mode, parts))
    return create(warehouse, SEGMENT, name=name, body=body, author=ANNA)


def ids(warehouse, members: Members) -> list[str]:
    """Return the ids of members, ascending."""
    with blocks_of_members(warehouse, members, ["customer_id"]) as blocks:
        return [id_ for block in blocks for id_ in block[0]]


def test_who_is_in_a_kept_segment(shop):
    """The newest version is meant unless another is named."""
    made = keep(shop, SPENT_10)
    save(shop, SEGMENT, made.id, made_from=1, author=ANNA,
         body=segment_body(Group("all", (SPENT_10, GERMAN))))  # fmt: skip

    newest, members = members_of_segment(shop, made.id)
    assert (newest.version, members.name, ids(shop, members)) == (2, "Spenders", ["ann"])
    first, members = members_of_segment(shop, made.id, 1)
    assert (first.version, ids(shop, members)) == (1, ["ann", "ben"])
    assert count_members(shop, members) == 2
    assert ids(shop, members_of(shop, EVERYBODY)) == ["ann", "ben", "cem"]


def test_a_segment_may_be_made_of_another(shop):
    """References are followed; gone and circular ones are told."""
    inner = keep(shop, SPENT_10, name="Inner")
    within = Condition("saved_segment", "in_segment", (inner.id,))
    outer = keep(shop, within, GERMAN, name="Outer")

    assert ids(shop, members_of_segment(shop, outer.id)[1]) == ["ann"]
    of_itself = Condition("saved_segment", "in_segment", (outer.id,))
    save(shop, SEGMENT, inner.id, made_from=1, author=ANNA,
         body=segment_body(Group("all", (of_itself,))))  # fmt: skip
    with pytest.raises(InvalidThing, match="made of itself"):
        members_of_segment(shop, outer.id)
    archive(shop, SEGMENT, inner.id, made_from=2, author=ANNA)
    with pytest.raises(InvalidThing, match="is gone"):
        members_of_segment(shop, outer.id)
    with pytest.raises(UnknownThing, match="in the archive"):
        members_of_segment(shop, inner.id)


def test_a_segment_nobody_can_read_any_more_spoils_no_other(shop):
    """A word of the vocabulary that is gone concerns only the segments that use it."""
    old = create(shop, Kind("segment", "segment"), name="Old", body={"rule": {"x": 1}}, author=ANNA)
    fresh = keep(shop, SPENT_20)

    assert ids(shop, members_of_segment(shop, fresh.id)[1]) == ["ann"]
    with pytest.raises(InvalidThing, match="cannot be read"):
        members_of_segment(shop, old.id)


def test_scores_are_cut_by_the_map_in_use(shop):
    """A repainted map and business cuts decide who is in a named segment."""
    champions = Group("all", (Condition("rfm_segment", "is_any_of", ("champions",)),))
    cuts = Cuts((1, 2, 3, 70), (5, 6, 7, 8), (1, 2, 3, 4))
    painted = DEFAULT_MAP.painted(2, 1, "champions")
    save_map(shop, painted, cuts, made_from=0, author=ANNA)

    # Recency from 2 March: Ann 58, Ben 27, Cem 1 day; scores 2, 2, 5.
    assert ids(shop, members_of(shop, champions)) == ["ann", "ben"]


def test_without_sales_there_are_no_members(empty_warehouse):
    """The sentence says what to do."""
    with pytest.raises(NotEnoughData, match="Load your sales"):
        members_of(empty_warehouse, EVERYBODY)


@pytest.mark.parametrize(
    "body", [{}, {"rule": {"mode": "xor"}}, {"rule": "1; DROP TABLE made"}, {"sql": "SELECT 1"}]
)
def test_only_rules_are_kept(empty_warehouse, body):
    """What is no tree of the vocabulary is refused."""
    with pytest.raises(InvalidThing, match="cannot be saved"):
        create(empty_warehouse, SEGMENT, name="Bad", body=body, author=ANNA)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (Group("all", (SPENT_10,)), Group("all", (SPENT_20,)),
         ["Customers who spent at least 10 in all → who spent at least 20 in all."]),
        (Group("all", (SPENT_10,)), Group("all", (SPENT_10, GERMAN)),
         ["Now asked: ordered from Germany.",
          "In all: Customers who spent at least 10 in all. → "
          "Customers who spent at least 10 in all and ordered from Germany."]),
        (Group("all", (SPENT_10, GERMAN)), Group("any", (SPENT_10, GERMAN)),
         ["In all: Customers who spent at least 10 in all and ordered from Germany. → "
          "Customers who either spent at least 10 in all or ordered from Germany."]),
        (Group("all", (SPENT_10,)), Group("all", (SPENT_10,)), []),
    ],
)  # fmt: skip
def test_a_changed_rule_is_told_condition_by_condition(empty_warehouse, before, after, told):
    """A changed value names both; what came or went is named; a new shape shows the whole."""
    old = create(empty_warehouse, SEGMENT, name="Old", body=segment_body(before), author=ANNA)
    new = create(empty_warehouse, SEGMENT, name="New", body=segment_body(after), author=ANNA)

    assert difference(SEGMENT, old, new)[1:] == told


def test_the_map_is_kept_in_versions(empty_warehouse):
    """The common map until one is kept; who saves from an old one is told."""
    assert kept_map(empty_warehouse).map == DEFAULT_MAP
    painted = DEFAULT_MAP.painted(5, 5, "loyal_customers")
    first = save_map(empty_warehouse, painted, None, made_from=0, author=ANNA)
    cuts = Cuts((10, 30, 60, 90), (1, 2, 3, 4), (10, 20, 30, 40))
    second = save_map(empty_warehouse, DEFAULT_MAP, cuts, made_from=1, author=ANNA)

    kept = kept_map(empty_warehouse)
    assert (kept.map, kept.cuts, kept.version, kept.author) == (DEFAULT_MAP, cuts, 2, "Anna")
    assert difference(RFM_MAP, first, second) == [
        "R5 F5: Loyal customers → Champions.",
        "Scores of recency are cut at quintiles → 10, 30, 60, 90.",
        "Scores of frequency are cut at quintiles → 1, 2, 3, 4.",
        "Scores of monetary are cut at quintiles → 10, 20, 30, 40.",
    ]
    with pytest.raises(SaveConflict):
        save_map(empty_warehouse, painted, cuts, made_from=1, author=ANNA)
