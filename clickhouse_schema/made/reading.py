"""Reads what people made: the current state, lists, and every version there ever was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.things import Kind, Made, clean_name, name_key

MOST_LISTED = 1_000
_SQL_DIR = Path(__file__).parent / "sql"
COLUMNS = (
    "kind", "id", "version", "made_from", "revision", "author", "account", "action", "name",
    "name_key", "description", "owner", "archived", "copied_id", "copied_version", "body",
)  # fmt: skip
_FIELDS = (*COLUMNS[:5], "at", *COLUMNS[5:], "held")


def current(warehouse: Warehouse, kind: Kind, id_: str) -> Made:
    """
    Return the newest version of a thing.

    Raises:
        UnknownThing: There is none.
    """
    found = _read(warehouse, "made_current", _selection(kind, id_=id_))
    if not id_ or not found:
        raise UnknownThing(f"There is no such {kind.noun}. It may have been made elsewhere.")
    return found[0]


def version_of(warehouse: Warehouse, kind: Kind, id_: str, version: int) -> Made:
    """
    Return one version of a thing.

    Raises:
        UnknownThing: There is none.
    """
    return pick(main_line(warehouse, kind, id_), kind, version)


def history(warehouse: Warehouse, kind: Kind, id_: str) -> list[Made]:
    """
    Return every version of a thing, the oldest first.

    Versions kept aside because another came first stand behind the one that
    holds their number, with `held` False.

    Raises:
        UnknownThing: There is no such thing.
    """
    rows = _read(warehouse, "made_history", {"kind": kind.word, "id": id_})
    if not rows:
        raise UnknownThing(f"There is no such {kind.noun}. It may have been made elsewhere.")
    return rows


def listed(
    warehouse: Warehouse,
    kind: Kind,
    *,
    archived: bool | None = False,
    owner: str = "",
    text: str = "",
) -> list[Made]:
    """
    Return the newest version of each thing of a kind, the last changed first.

    Args:
        archived: Living ones (False), archived ones (True) or both (None).
        owner: Only hers; empty for everybody's.
        text: Only those with it in name or description, in any case.

    Returns:
        At most `MOST_LISTED`.
    """
    state = -1 if archived is None else int(archived)
    params = _selection(kind, archived=state, owner=owner, text=text.strip())
    return _read(warehouse, "made_current", params)


def with_name(warehouse: Warehouse, kind: Kind, name: str) -> Made | None:
    """Return the living thing of that name; None when the name is free."""
    found = _read(
        warehouse, "made_current", _selection(kind, archived=0, name_key=name_key(clean_name(name)))
    )
    return found[0] if found else None


def _selection(kind: Kind, **given: Any) -> dict[str, Any]:
    params = {"id": "", "archived": -1, "owner": "", "text": "", "name_key": ""}
    params |= {"id" if key == "id_" else key: value for key, value in given.items()}
    return {"kind": kind.word, "most": MOST_LISTED, **params}


def main_line(warehouse: Warehouse, kind: Kind, id_: str) -> list[Made]:
    """Return the versions that hold their numbers, from 1; raises as `history` does."""
    rows = history(warehouse, kind, id_)
    return [row for row in rows if row.held]


def pick(line: Sequence[Made], kind: Kind, version: int) -> Made:
    """
    Return one version of a main line.

    Raises:
        UnknownThing: There is none.
    """
    if not 1 <= version <= len(line):
        raise UnknownThing(f"This {kind.noun} has no version {version}.")
    return line[version - 1]


@cache
def named_sql(name: str) -> str:
    """Return a statement of this folder, tagged with its name."""
    text = (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()
    return f"{text}\nSETTINGS log_comment = '{name}'"


def _read(warehouse: Warehouse, name: str, params: dict[str, Any]) -> list[Made]:
    return [_made(row) for row in warehouse.rows(named_sql(name), params)]


def _made(row: Sequence[Any]) -> Made:
    told = dict(zip(_FIELDS, row, strict=True))
    at: datetime = told["at"]
    told["at"] = at if at.tzinfo else at.replace(tzinfo=UTC)
    told["archived"], told["held"] = bool(told["archived"]), bool(told["held"])
    told["body"] = json.loads(told["body"])
    return Made(**told)
