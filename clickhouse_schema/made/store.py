"""
Saves and reads what people make, version by version; nothing is ever changed or removed.

A save names the version it was made from and claims the next one. ClickHouse
keeps no unique keys, so it is written first and read back: if another claim to
that version was committed earlier, both are kept, the other is in use, and the
caller is told with `SaveConflict`. Who came first never changes afterwards.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import (
    InvalidThing,
    NameTaken,
    SaveConflict,
    UnknownThing,
    WarehouseError,
)
from clickhouse_schema.made.reading import (
    COLUMNS,
    current,
    history,
    main_line,
    named_sql,
    pick,
    with_name,
)
from clickhouse_schema.made.things import (
    Action,
    Author,
    Body,
    Kind,
    Made,
    clean_body,
    clean_description,
    clean_id,
    clean_name,
    name_key,
)


def create(
    warehouse: Warehouse,
    kind: Kind,
    *,
    name: str,
    body: Body,
    author: Author,
    description: str = "",
    owner: str = "",
    id_: str | None = None,
) -> Made:
    """
    Save something new.

    Args:
        owner: Who answers for it; the author unless given.
        id_: Only where its kind's owner gives ids of its own; random else.

    Returns:
        Its first version.

    Raises:
        InvalidThing: Name, description or body cannot be kept.
        NameTaken: A living one of the kind has that name.
        SaveConflict: There is already one with that id.
        WarehouseError: It could not be written.
    """
    first = Made(
        kind=kind.word,
        id=secrets.token_hex(8) if id_ is None else clean_id(id_),
        version=1,
        made_from=0,
        revision="",
        at=datetime.now(UTC),
        author=author.name,
        account=author.account,
        action="create",
        name=clean_name(name),
        name_key=name_key(clean_name(name)),
        description=clean_description(description),
        owner=Author.of(owner).name if owner else author.name,
        archived=False,
        copied_id="",
        copied_version=0,
        body=json.loads(clean_body(kind, body)),
    )
    return _append(warehouse, kind, first, before=None)


def save(
    warehouse: Warehouse,
    kind: Kind,
    id_: str,
    *,
    made_from: int,
    author: Author,
    name: str | None = None,
    description: str | None = None,
    owner: str | None = None,
    body: Body | None = None,
) -> Made:
    """
    Save a change; what is None stays as in the version it was made from.

    Args:
        made_from: The version the author had before them.

    Returns:
        The new version; the newest one when nothing was changed.

    Raises:
        UnknownThing: There is no such thing, or not in that version.
        InvalidThing: It cannot be kept so, or is in the archive.
        NameTaken: Another living one of the kind has that name.
        SaveConflict: Another change came first; both are kept.
    """
    line = main_line(warehouse, kind, id_)
    base = pick(line, kind, made_from)
    if line[-1].archived and base is line[-1]:
        raise InvalidThing(f"This {kind.noun} is in the archive. Restore it first.")
    new_name = base.name if name is None else clean_name(name)
    changed = replace(
        base,
        name=new_name,
        name_key=name_key(new_name),
        description=base.description if description is None else clean_description(description),
        owner=base.owner if owner is None else Author.of(owner).name,
        body=base.body if body is None else json.loads(clean_body(kind, body)),
    )
    if changed == base:
        return line[-1]
    only_name = replace(changed, name=base.name, name_key=base.name_key) == base
    return _follow(warehouse, kind, changed, author, "rename" if only_name else "edit", line)


def archive(warehouse: Warehouse, kind: Kind, id_: str, *, made_from: int, author: Author) -> Made:
    """Put a thing away; its name becomes free. Raises as `save` does."""
    line = main_line(warehouse, kind, id_)
    base = pick(line, kind, made_from)
    if line[-1].archived:
        return line[-1]
    return _follow(warehouse, kind, replace(base, archived=True), author, "archive", line)


def restore(
    warehouse: Warehouse,
    kind: Kind,
    id_: str,
    *,
    made_from: int,
    author: Author,
    name: str | None = None,
) -> Made:
    """Take a thing out of the archive, under a new name if one is given; raises as `save` does."""
    line = main_line(warehouse, kind, id_)
    base = pick(line, kind, made_from)
    if not line[-1].archived:
        return line[-1]
    new_name = base.name if name is None else clean_name(name)
    back = replace(base, archived=False, name=new_name, name_key=name_key(new_name))
    return _follow(warehouse, kind, back, author, "restore", line)


def undo(
    warehouse: Warehouse,
    kind: Kind,
    id_: str,
    *,
    made_from: int,
    author: Author,
    to: int | None = None,
) -> Made:
    """
    Make an earlier version the newest again.

    Args:
        to: That version; None for the state before the last change that has
            not been undone, so that undoing twice goes back two changes.

    Raises:
        InvalidThing: Nothing is left to undo. Also raises as `save` does.
    """
    line = main_line(warehouse, kind, id_)
    base = pick(line, kind, made_from)
    target = pick(line, kind, _before(line, base, kind) if to is None else to)
    again = replace(target, version=base.version, copied_id="", copied_version=target.version)
    return _follow(warehouse, kind, again, author, "undo", line)


def adopt(
    warehouse: Warehouse, kind: Kind, id_: str, revision: str, *, made_from: int, author: Author
) -> Made:
    """
    Make a version that was kept aside the newest, over the one that came first.

    Args:
        revision: Of the version kept aside: `SaveConflict.kept.revision`.

    Raises:
        UnknownThing: There is no such revision. Also raises as `save` does.
    """
    for row in history(warehouse, kind, id_):
        if row.revision == revision:
            return save(
                warehouse, kind, id_, made_from=made_from, author=author, name=row.name,
                description=row.description, owner=row.owner, body=row.body,
            )  # fmt: skip
    raise UnknownThing(f"There is no such version of this {kind.noun}.")


def duplicate(
    warehouse: Warehouse,
    kind: Kind,
    id_: str,
    *,
    author: Author,
    version: int | None = None,
    name: str | None = None,
) -> Made:
    """
    Save a copy as something new.

    Args:
        version: The one to copy; None for the newest.
        name: Of the copy; None for "Copy of ...", numbered if that is taken.

    Raises:
        UnknownThing: There is no such thing, or not in that version.
        NameTaken: The name that was given is taken.
    """
    line = main_line(warehouse, kind, id_)
    source = line[-1] if version is None else pick(line, kind, version)
    chosen = _copy_name(warehouse, kind, source.name) if name is None else clean_name(name)
    copy = replace(
        source,
        id=secrets.token_hex(8),
        version=1,
        made_from=0,
        author=author.name,
        account=author.account,
        action="duplicate",
        name=chosen,
        name_key=name_key(chosen),
        owner=author.name,
        archived=False,
        copied_id=source.id,
        copied_version=source.version,
    )
    return _append(warehouse, kind, copy, before=None)


def _before(line: Sequence[Made], base: Made, kind: Kind) -> int:
    """Return the version before the last change that was not undone."""
    while base.action == "undo":
        base = line[base.copied_version - 1]
    if base.version == 1:
        raise InvalidThing(f"There is nothing left to undo: this is how the {kind.noun} began.")
    return base.version - 1


def _follow(
    warehouse: Warehouse,
    kind: Kind,
    state: Made,
    author: Author,
    action: Action,
    line: Sequence[Made],
) -> Made:
    """Append `state` as the version after its own."""
    base = line[state.version - 1]
    row = replace(
        state,
        version=base.version + 1,
        made_from=base.version,
        author=author.name,
        account=author.account,
        action=action,
        copied_id="" if action != "duplicate" else state.copied_id,
        copied_version=state.copied_version if action == "undo" else 0,
    )
    return _append(warehouse, kind, row, before=base)


def _append(warehouse: Warehouse, kind: Kind, row: Made, before: Made | None) -> Made:
    """Write a row, and find out whether it holds its version and its name."""
    takes_name = not row.archived and (
        before is None or before.archived or before.name_key != row.name_key
    )
    if takes_name:
        taker = with_name(warehouse, kind, row.name)
        if taker is not None and taker.id != row.id:
            raise _name_taken(kind, row, taker)
    row = replace(row, revision=secrets.token_hex(8))
    _write(warehouse, row)
    rows = history(warehouse, kind, row.id)
    mine = next((each for each in rows if each.revision == row.revision), None)
    if mine is None:
        raise WarehouseError(
            "The warehouse took the change but does not show it yet. Reload in a moment, before "
            "you save again."
        )
    line = [each for each in rows if each.held]
    if not mine.held:
        raise _conflict(kind, mine, line[mine.version - 1], line[-1])
    if takes_name:
        _keep_name(warehouse, kind, mine, before)
    return mine


def _keep_name(warehouse: Warehouse, kind: Kind, mine: Made, before: Made | None) -> None:
    """Give way to another thing that took the same name at the same moment, but first."""
    params = {"kind": kind.word, "name_key": mine.name_key}
    for id_, revision in warehouse.rows(named_sql("made_name_takers"), params):
        if revision == mine.revision:
            return
        taker = current(warehouse, kind, id_)
        if id_ == mine.id or taker.archived or taker.name_key != mine.name_key:
            continue
        author = Author(mine.author, mine.account)
        if before is None:
            archive(warehouse, kind, mine.id, made_from=mine.version, author=author)
        else:
            undo(
                warehouse, kind, mine.id,
                made_from=mine.version, author=author, to=before.version,
            )  # fmt: skip
        raise _name_taken(kind, mine, taker)


def _copy_name(warehouse: Warehouse, kind: Kind, name: str) -> str:
    for number in range(1, 1000):
        ending = "" if number == 1 else f" ({number})"
        chosen = f"Copy of {name}"[: 120 - len(ending)].rstrip() + ending
        if with_name(warehouse, kind, chosen) is None:
            return chosen
    raise InvalidThing("Give the copy a name of its own.")


def _name_taken(kind: Kind, row: Made, taker: Made) -> NameTaken:
    return NameTaken(
        f"There is already a {kind.noun} called “{taker.name}” (by {taker.owner}). "
        "Choose another name, or rename or archive that one first.",
        taker,
    )


def _conflict(kind: Kind, kept: Made, winner: Made, newest: Made) -> SaveConflict:
    when = winner.at.strftime("%d %b %Y, %H:%M UTC")
    done = "archived it" if winner.action == "archive" else f"saved version {winner.version}"
    since = (
        f"{winner.author} {done} ({when}) while you worked from version {kept.made_from}"
        if kept.made_from
        else f"{winner.author} made this {kind.noun} at the same moment ({when})"
    )
    later = f" It is now at version {newest.version}." if newest.version > winner.version else ""
    return SaveConflict(
        f"{since}.{later} Both are kept: theirs is in use, yours stands beside it in the history.",
        kept,
        winner,
        newest,
    )


def _write(warehouse: Warehouse, row: Made) -> None:
    values = [
        json.dumps(row.body, sort_keys=True, separators=(",", ":"))
        if name == "body"
        else getattr(row, name)
        for name in COLUMNS
    ]
    warehouse.insert_rows("made", [values], COLUMNS)
