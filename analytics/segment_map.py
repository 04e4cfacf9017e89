"""
The RFM map as a team keeps it: saved with an author, taken back with undo.

The map everybody starts with becomes version 1 when the first other one is saved,
so that undo leads back to it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from analytics.models.rfm import DEFAULT_MAP, SegmentMap
from analytics.saved_segments import MAP_ID, RFM_MAP, KeptMap, kept_map, save_map
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import SaveConflict, UnknownThing
from clickhouse_schema.made import store
from clickhouse_schema.made.differences import difference, what_was_done
from clickhouse_schema.made.reading import history
from clickhouse_schema.made.things import Author
from clickhouse_schema.scoring import Cuts

FIRST = Author("Clientele")


@dataclass(frozen=True, slots=True)
class Change:
    """
    One version of the map.

    Attributes:
        version: Its number.
        at: When it was saved, UTC.
        done: Who did what, in words.
        told: A sentence for each thing that differs from the version before.
    """

    version: int
    at: datetime
    done: str
    told: tuple[str, ...]


def keep(
    warehouse: Warehouse,
    segment_map: SegmentMap,
    cuts: Cuts | None,
    *,
    made_from: int,
    author: Author,
) -> KeptMap:
    """
    Keep a map and its cuts as the ones in use.

    Args:
        made_from: `KeptMap.version` of what the author had before them.

    Raises:
        SaveConflict: Somebody else saved first; both are kept.
        WarehouseError: It could not be written.
    """
    if made_from == 0:
        # Another reader's first save may have put it there a moment ago.
        with suppress(SaveConflict):
            save_map(warehouse, DEFAULT_MAP, None, made_from=0, author=FIRST)
        made_from = 1
    save_map(warehouse, segment_map, cuts, made_from=made_from, author=author)
    return kept_map(warehouse)


def take_back(warehouse: Warehouse, *, made_from: int, author: Author) -> KeptMap:
    """
    Bring back the map of before the last change; twice goes back two changes.

    Raises:
        InvalidThing: Nothing is left to undo.
        SaveConflict: Somebody else saved first; both are kept.
        UnknownThing: None was ever saved.
    """
    store.undo(warehouse, RFM_MAP, MAP_ID, made_from=made_from, author=author)
    return kept_map(warehouse)


def changes(warehouse: Warehouse) -> list[Change]:
    """Return what was done to the map, the newest first; nothing if it was never saved."""
    try:
        rows = history(warehouse, RFM_MAP, MAP_ID)
    except UnknownThing:
        return []
    held = {row.version: row for row in rows if row.held}
    found = []
    for row in rows[::-1]:
        before = held.get(row.made_from)
        told = () if before is None else tuple(difference(RFM_MAP, before, row))
        found.append(Change(row.version, row.at, what_was_done(row), told))
    return found
