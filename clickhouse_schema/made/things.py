"""What people make, as it is kept: kinds, versions, authors, and the bounds of each."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from clickhouse_schema.errors import InvalidThing

Action = Literal["create", "edit", "rename", "archive", "restore", "undo", "duplicate"]
Body = Mapping[str, Any]

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 4_000
AUTHOR_LENGTH = 80
BODY_BYTES = 200_000
_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,63}$")


@dataclass(frozen=True, slots=True)
class Author:
    """
    Who makes a change.

    Attributes:
        name: As shown to others. Without accounts it is what readers call
            themselves, so it says who claims to have done it.
        account: Of a signed-in author; empty as long as there are no accounts.
    """

    name: str = "Somebody"
    account: str = ""

    @classmethod
    def of(cls, text: str | None) -> Author:
        """Return the author a reader's own words name; "Somebody" for none."""
        name = _plain(text or "")[:AUTHOR_LENGTH].strip()
        return cls(name) if name else cls()


def _any_body(body: Body) -> None:
    """Accept every body."""


def _say_changed(old: Body, new: Body) -> list[str]:
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return [f"Changed: {', '.join(keys)}."] if keys else []


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of thing people make; its owner declares it once.

    Attributes:
        word: How rows of it are marked.
        noun: How readers call one.
        check: Raises ValueError, with a sentence, for a body that cannot be.
        differences: Says in sentences how two bodies differ.
    """

    word: str
    noun: str
    check: Callable[[Body], None] = _any_body
    differences: Callable[[Body, Body], Sequence[str]] = _say_changed


@dataclass(frozen=True, slots=True)
class Made:
    """
    One version of a thing.

    Attributes:
        kind, id: Of the thing; every version has the same.
        version: From 1; the newest is the current state.
        made_from: The version the author had before them.
        revision: Names this row, also among several that claim one version.
        at: When it was saved, UTC.
        author, account: Who saved it.
        action: What was done.
        name, description, owner, archived, body: Its state.
        copied_id, copied_version: What a duplicate or an undo is equal to.
        held: False for a version kept aside because another came first.
    """

    kind: str
    id: str
    version: int
    made_from: int
    revision: str
    at: datetime
    author: str
    account: str
    action: Action
    name: str
    name_key: str
    description: str
    owner: str
    archived: bool
    copied_id: str
    copied_version: int
    body: Body = field(hash=False)
    held: bool = True


def clean_name(name: str) -> str:
    """
    Return a name as it is kept: one line, no spaces around it.

    Raises:
        InvalidThing: It is empty or too long.
    """
    plain = _plain(name)
    if not plain:
        raise InvalidThing("Give it a name.")
    if len(plain) > NAME_LENGTH:
        raise InvalidThing(
            f"The name has {len(plain)} characters; {NAME_LENGTH} are the most. Shorten it."
        )
    return plain


def name_key(name: str) -> str:
    """Return what is equal for names that a reader would take for the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def clean_description(text: str) -> str:
    """
    Return a description as it is kept.

    Raises:
        InvalidThing: It is too long.
    """
    kept = "".join(sign for sign in _unicode(text) if sign == "\n" or sign.isprintable()).strip()
    if len(kept) > DESCRIPTION_LENGTH:
        raise InvalidThing(
            f"The description has {len(kept)} characters; {DESCRIPTION_LENGTH} are the most."
        )
    return kept


def clean_body(kind: Kind, body: Body) -> str:
    """
    Return a body as JSON, the same text for equal bodies.

    Raises:
        InvalidThing: The kind's owner refuses it, it is no JSON, or too large.
    """
    try:
        kind.check(body)
        text = json.dumps(body, sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidThing(f"This {kind.noun} cannot be saved: {error}") from error
    if len(text) > BODY_BYTES:
        raise InvalidThing(
            f"This {kind.noun} is too large to be saved ({len(text):,} bytes; "
            f"{BODY_BYTES:,} are the most). Remove some of it."
        )
    return text


def clean_id(id_: str) -> str:
    """
    Return an id that its kind's owner chose.

    Raises:
        ValueError: It has other than small letters, digits, - and _.
    """
    if not _ID.match(id_):
        raise ValueError(f"not an id: {id_!r}")
    return id_


def _unicode(text: str) -> str:
    """Drop what has no place in UTF-8 text: lone halves of surrogate pairs."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())


def _plain(text: str) -> str:
    kept = "".join(sign if sign.isprintable() else " " for sign in _unicode(text))
    return " ".join(kept.split())
