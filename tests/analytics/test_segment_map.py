"""The map of segments as a team keeps it: saved, taken back, and never lost between two people."""

from __future__ import annotations

import pytest

from analytics.models.rfm import DEFAULT_MAP
from analytics.saved_segments import kept_map
from analytics.segment_map import changes, keep, take_back
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, SaveConflict, UnknownThing
from clickhouse_schema.made.things import Author
from clickhouse_schema.scoring import Cuts

ANNA, BEN = Author("Anna"), Author("Ben")
PAINTED = DEFAULT_MAP.painted(5, 1, "promising")
CUTS = Cuts((10, 20, 30, 40), (1, 2, 3, 4), (5, 10, 20, 40))


def test_undo_leads_back_to_the_usual_map(empty_warehouse: Warehouse) -> None:
    """After the first save, undo shows what everybody starts with, and there is no more to undo."""
    saved = keep(empty_warehouse, PAINTED, CUTS, made_from=0, author=ANNA)
    back = take_back(empty_warehouse, made_from=saved.version, author=BEN)

    assert (saved.map, saved.cuts, saved.author) == (PAINTED, CUTS, "Anna")
    assert (back.map, back.cuts, back.author) == (DEFAULT_MAP, None, "Ben")
    with pytest.raises(InvalidThing, match="nothing left to undo"):
        take_back(empty_warehouse, made_from=back.version, author=BEN)


def test_two_people_never_overwrite_each_other(empty_warehouse: Warehouse) -> None:
    """Who saves second from the same map is told, and the first map stays in use."""
    keep(empty_warehouse, PAINTED, None, made_from=0, author=ANNA)

    with pytest.raises(SaveConflict, match="Anna"):
        keep(
            empty_warehouse,
            DEFAULT_MAP.painted(1, 1, "at_risk"),
            None,
            made_from=0,
            author=BEN,
        )
    assert kept_map(empty_warehouse).map == PAINTED


def test_nothing_can_be_taken_back_before_a_save(empty_warehouse: Warehouse) -> None:
    """Without any version there is nothing to go back from."""
    with pytest.raises(UnknownThing):
        take_back(empty_warehouse, made_from=0, author=ANNA)


def test_what_was_done_is_told(empty_warehouse: Warehouse) -> None:
    """Each version says who did what, and how it differs from the one before."""
    assert changes(empty_warehouse) == []
    keep(empty_warehouse, PAINTED, None, made_from=0, author=ANNA)
    take_back(empty_warehouse, made_from=2, author=BEN)
    told = [(one.version, one.done, one.told) for one in changes(empty_warehouse)]

    assert told == [
        (3, "Ben went back to version 1", ("R5 F1: Promising → New customers.",)),
        (2, "Anna changed it", ("R5 F1: New customers → Promising.",)),
        (1, "Clientele made it", ()),
    ]
