"""
Texts that everybody starts with, and a shop's own versions over them.

Taking a shop's own text back shows the original again; the history keeps both.
"""

from __future__ import annotations

from clickhouse_schema.client import Warehouse
from clickhouse_schema.made.reading import listed
from clickhouse_schema.made.store import archive, create, restore, save
from clickhouse_schema.made.things import Author, Body, Kind, Made


def own_texts(warehouse: Warehouse, kind: Kind) -> dict[str, Made]:
    """Return the shop's own texts of a kind, by id."""
    return {made.id: made for made in listed(warehouse, kind)}


def save_text(
    warehouse: Warehouse,
    kind: Kind,
    id_: str,
    *,
    name: str,
    body: Body,
    made_from: int,
    author: Author,
) -> Made:
    """
    Put a shop's own text in place of the original or of an earlier own one.

    Args:
        id_: Of the text.
        name: What readers call it.
        body: The text.
        made_from: Version the author had before them; 0 for the original.

    Raises:
        InvalidThing: The kind refuses the body.
        SaveConflict: Somebody else saved first; both are kept.
    """
    away = [made for made in listed(warehouse, kind, archived=True) if made.id == id_]
    if made_from == 0 and away:
        restore(warehouse, kind, id_, made_from=away[0].version, author=author)
        made_from = away[0].version + 1
    if made_from == 0:
        return create(warehouse, kind, id_=id_, name=name, body=body, author=author)
    return save(warehouse, kind, id_, made_from=made_from, author=author, body=body)


def reset_text(
    warehouse: Warehouse, kind: Kind, id_: str, *, made_from: int, author: Author
) -> None:
    """Show the original again; the shop's own stays in the history. Raises as `save_text` does."""
    archive(warehouse, kind, id_, made_from=made_from, author=author)
