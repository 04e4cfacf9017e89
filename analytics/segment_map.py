"""
The RFM map as a team keeps it: saved with an author, taken back with undo.

The map everybody starts with becomes version 1 when the first other one is saved,
so that undo leads back to it.
"""

from __future__ import annotations

from contextlib import suppress

from analytics.models.rfm import DEFAULT_MAP, SegmentMap
from analytics.saved_segments import MAP_ID, RFM_MAP, KeptMap, kept_map, save_map
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import SaveConflict
from clickhouse_schema.made import store
from clickhouse_schema.made.things import Author
from clickhouse_schema.scoring import Cuts

FIRST = Author("Clientele")


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
