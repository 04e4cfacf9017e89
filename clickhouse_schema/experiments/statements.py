"""Puts the statements of this folder together: parts of ours, and SQL of whom they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clickhouse_schema.client import load_sql
from clickhouse_schema.members.facts import Members
from clickhouse_schema.rules.compile import renamed

_SQL_DIR = Path(__file__).parent / "sql"
_PART = re.compile(r"(?P<indent>(?:^[ ]+)?)\{\{(?P<name>[a-z_]+)\}\}", re.MULTILINE)
_SCORES = {"r_score", "f_score", "m_score"}
_LATER = {"who", "is_member", "placed"}
ARM_KEYS = "SELECT customer_key FROM experiment_arms WHERE freeze_id = {freeze_id:String}"
LAST_KEY = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Whose:
    """
    Whose past is asked for.

    Attributes:
        members: Of a selection; None for everybody.
        cells: Pairs of scores they must have, as (r - 1) * 5 + f; empty keeps all.
        last_key: Only customers with keys up to it. Keys are hashes: a share of all keys is
            that share of the customers, drawn at random, and read in that share of the time.
    """

    members: Members | None = None
    cells: Sequence[int] = ()
    last_key: int = LAST_KEY

    def as_params(self) -> dict[str, Any]:
        """Return what is bound besides what the members need."""
        return {"cells": list(self.cells), "last_key": self.last_key}


@cache
def _text(name: str) -> str:
    """Return a statement with its parts put in, all but who it is about."""
    if name in _SCORES:
        return load_sql(f"parts/{name}")
    text = (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()
    return _PART.sub(_part, text)


def _part(found: re.Match[str]) -> str:
    if found["name"] in _LATER:
        return found[0]
    return found["indent"] + _text(found["name"]).replace("\n", f"\n{found['indent']}")


def about(name: str, members: Members) -> tuple[str, dict[str, Any]]:
    """
    Return a statement about the members of a selection, and what is bound to it for them.

    Their slots are called otherwise than those of the statement, which may ask for another
    moment than they were chosen at.
    """
    text, params = renamed(members.text, members.params, "who_")
    return _text(name).replace("{{who}}", text), params


def about_past(name: str, whose: Whose) -> tuple[str, dict[str, Any]]:
    """Return a statement over kept histories, and what is bound to it for those it is about."""
    text, params = "true", whose.as_params()
    if whose.members is not None:
        inner, bound = renamed(whose.members.text, whose.members.params, "who_")
        text, params = f"customer_key IN ({inner})", params | bound
    return _text(name).replace("{{is_member}}", text), params


def plain(name: str) -> str:
    """Return a statement about nobody in particular."""
    return _text(name)


def about_arms(name: str) -> str:
    """Return a statement about the customers of frozen arms: `freeze_id` is bound to it."""
    return _text(name).replace("{{who}}", ARM_KEYS)
