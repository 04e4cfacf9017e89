"""Puts the statements of this folder together: parts of ours, and SQL of whom they are about."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from clickhouse_schema.client import load_sql
from clickhouse_schema.members.facts import Members
from clickhouse_schema.rules.compile import renamed

_SQL_DIR = Path(__file__).parent / "sql"
_PART = re.compile(r"(?P<indent>(?:^[ ]+)?)\{\{(?P<name>[a-z_]+)\}\}", re.MULTILINE)
_SCORES = {"r_score", "f_score", "m_score"}
_WHO = "who"
ARM_KEYS = "SELECT customer_key FROM experiment_arms WHERE freeze_id = {freeze_id:String}"


@cache
def _text(name: str) -> str:
    """Return a statement with its parts put in, all but `{{who}}`."""
    if name in _SCORES:
        return load_sql(f"parts/{name}")
    text = (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip()
    return _PART.sub(_part, text)


def _part(found: re.Match[str]) -> str:
    if found["name"] == _WHO:
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


def plain(name: str) -> str:
    """Return a statement about nobody in particular."""
    return _text(name)


def about_arms(name: str) -> str:
    """Return a statement about the customers of frozen arms: `freeze_id` is bound to it."""
    return _text(name).replace("{{who}}", ARM_KEYS)
