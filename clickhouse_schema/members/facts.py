"""What is known of a member of a selection, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text", "date", "count", "number"]
# Each fact, in the order of the sentence it would make.
FACTS: dict[str, Kind] = {
    "customer_id": "text",
    "email": "text",
    "country": "text",
    "channel": "text",
    "first_order_on": "date",
    "last_order_on": "date",
    "orders": "count",
    "units": "number",
    "revenue": "number",
    "returned": "number",
    "average_order": "number",
    "segment_name": "text",  # of the selection: the same for every member
    "arm": "text",  # of an experiment: only where the selection has arms
}
_SQL_DIR = Path(__file__).parent / "sql"
_PLACE = re.compile(r"\{\{members\}\}")
FROZEN_ARMS = "frozen"
_FROZEN = "SELECT * FROM delivery_members WHERE freeze_id = {freeze_id:String}"
# Text that a spreadsheet would take for a formula.
_FORMULA = "'^[-=+@\\\\t\\\\r]'"


@dataclass(frozen=True, slots=True)
class Members:
    """
    Which customers: a statement of ours with the values of its slots.

    Attributes:
        text: Selects one column, the `customer_key` of each member once. Nothing
            a reader typed is part of it.
        params: What is bound to its `{name:Type}` slots.
        name: What the selection is called.
        frozen: Whether they were written down as they were: `params` then names
            the `freeze_id`, and there is no text.
        arms: Of an experiment: selects `customer_key` and `arm` of each, or `FROZEN_ARMS` where
            they were written down with the members; else empty.
        arm_params: What is bound to the slots of `arms`.
    """

    text: str
    params: Mapping[str, Any]
    name: str = ""
    frozen: bool = False
    arms: str = ""
    arm_params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bound(self) -> dict[str, Any]:
        """What is bound to a statement of `members_sql`."""
        return {**self.params, **self.arm_params, "segment_name": self.name}

    def selected_by(self, text: str, params: Mapping[str, Any]) -> Members:
        """Return the same, or some of the same, customers as another statement selects them."""
        return replace(self, text=text, params=params)


# Everybody with an id: to be exported whole, and for tests.
EVERYBODY = Members("SELECT customer_key FROM customers GROUP BY customer_key", {})


@cache
def _facts_sql() -> str:
    return (_SQL_DIR / "member_facts.sql").read_text(encoding="utf-8").strip()


def members_sql(members: Members, facts: Sequence[str], *, as_csv: bool = False) -> str:
    """
    Return the statement that reads facts of each member, in the order of their ids.

    Args:
        members: Which customers.
        facts: Which facts, in order; keys of `FACTS`.
        as_csv: Return one column, the row as a line of CSV, in which text that a
            spreadsheet would run as a formula has an apostrophe before it.

    Raises:
        ValueError: There is no such fact, or no arms.
    """
    unknown = [fact for fact in facts if fact not in FACTS or (fact == "arm" and not members.arms)]
    if unknown or not facts:
        raise ValueError(f"no such facts: {unknown}")
    if as_csv:
        cells = ", ".join(_cell(fact) for fact in facts)
        chosen = f"formatRowNoNewline('CSV', {cells}) AS line"
    else:
        chosen = ", ".join(f"{_expression(fact)} AS shown_{fact}" for fact in facts)
    inner = _FROZEN if members.frozen else _PLACE.sub(lambda _: members.text, _facts_sql())
    joined = ""
    if "arm" in facts and not members.frozen:
        joined = f" AS facts\nANY LEFT JOIN\n(\n{members.arms}\n) AS in_arms USING customer_key"
    return f"SELECT {chosen}\nFROM\n(\n{inner}\n){joined}\nORDER BY customer_id"


def _expression(fact: str) -> str:
    return "{segment_name:String}" if fact == "segment_name" else fact


def _cell(fact: str) -> str:
    text = _expression(fact)
    if FACTS[fact] == "text":
        return f"if(match({text}, {_FORMULA}), concat('\\'', {text}), {text})"
    # Nothing, not the two letters by which the engine writes an unknown value.
    return f"ifNull(toString({text}), '')" if FACTS[fact] == "date" else text
