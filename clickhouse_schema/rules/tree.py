"""
The tree of a rule: groups of conditions, as typed values and as JSON.

`parse` is the door for everything a reader sends: what comes out of it uses only
words of the vocabulary and values within bounds, so the rest need not doubt it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from clickhouse_schema.rules.vocabulary import FIELDS, NAMED_SEGMENTS, Field

Mode = Literal["all", "any"]
Value = float | int | date | tuple[float | int | date, ...] | tuple[str, ...]

DEEPEST = 2  # groups inside the outermost one
MOST_CONDITIONS = 30
MOST_PARTS = 20
MOST_CHOICES = 200
MOST_EXPANDED = 60  # parts, with those of saved segments; a number has room for so many bits
LONGEST_TEXT = 200
LONGEST_WINDOW = 3650
# A group of a kept grouping: which, its number, and what it was called when it was chosen.
_CLUSTER = re.compile(r"^([a-z0-9][a-z0-9_-]{0,63}):([1-9][0-9]?) (.+)\Z")


class RuleError(ValueError):
    """A rule cannot be used; `str(error)` is safe to show and says what to change."""


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One thing that is true of a customer or not.

    Attributes:
        field: Word of the vocabulary.
        operator: One of the field's.
        value: A number, a date, two of them ascending for `between`, or names; for a
            saved segment its id alone.
        window: Days before the snapshot it is about; None for all time.
        role: Which orders are meant, for fields that ask; else empty.
    """

    field: str
    operator: str
    value: Value
    window: int | None = None
    role: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names chosen; empty for numbers and dates."""
        if not isinstance(self.value, tuple):
            return ()
        return tuple(name for name in self.value if isinstance(name, str))


@dataclass(frozen=True, slots=True)
class Group:
    """
    Conditions and groups that hold together or one of which holds.

    Attributes:
        mode: Whether all parts must hold or any one.
        parts: At least one, except in the outermost group: without parts it is everybody.
        negated: Whether the whole must not hold.
    """

    mode: Mode
    parts: tuple[Condition | Group, ...]
    negated: bool = False

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition, in reading order."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    def negations(self, *, within: bool = False) -> Iterator[bool]:
        """Yield for every condition, in reading order, whether it must not hold."""
        negated = within != self.negated
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.negations(within=negated)
            else:
                yield negated


EVERYBODY = Group("all", ())


def to_json(part: Group | Condition) -> dict[str, Any]:
    """Return the tree as JSON holds it; `parse` reads it back equal."""
    if isinstance(part, Group):
        return {
            "mode": part.mode,
            "negated": part.negated,
            "parts": [to_json(inner) for inner in part.parts],
        }
    found: dict[str, Any] = {"field": part.field, "operator": part.operator}
    value = part.value
    found["value"] = [_plain(one) for one in value] if isinstance(value, tuple) else _plain(value)
    if part.window is not None:
        found["window"] = part.window
    if part.role:
        found["role"] = part.role
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def parse(given: Any) -> Group:
    """
    Return the tree that somebody sent.

    Raises:
        RuleError: It is not one; the sentence says what is wrong where.
    """
    tree = _group(given, 0)
    count = sum(1 for _ in tree.conditions())
    if count > MOST_CONDITIONS:
        raise RuleError(f"A segment has at most {MOST_CONDITIONS} conditions, not {count}.")
    return tree


def _group(given: Any, depth: int) -> Group:
    if not isinstance(given, Mapping):
        raise RuleError("A group of conditions is missing.")
    _only(given, {"mode", "negated", "parts"}, "A group")
    mode, negated, parts = given.get("mode"), given.get("negated", False), given.get("parts")
    if mode not in ("all", "any"):
        raise RuleError("A group asks for all of its conditions or for any.")
    if not isinstance(negated, bool):
        raise RuleError("A group is negated or not.")
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise RuleError(f"A group holds up to {MOST_PARTS} conditions and groups.")
    if not parts and depth:
        raise RuleError("A group is empty. Add a condition or remove the group.")
    return Group(mode, tuple(_part(part, depth) for part in parts), negated)


def _part(given: Any, depth: int) -> Condition | Group:
    if isinstance(given, Mapping) and "parts" in given:
        if depth >= DEEPEST:
            raise RuleError(f"Groups go at most {DEEPEST} deep inside the outermost one.")
        return _group(given, depth + 1)
    return condition(given)


def condition(given: Any) -> Condition:
    """
    Return one condition that somebody sent.

    Raises:
        RuleError: It is not one; the sentence says what is wrong.
    """
    if not isinstance(given, Mapping):
        raise RuleError("A condition is missing.")
    _only(given, {"field", "operator", "value", "window", "role"}, "A condition")
    word = given.get("field")
    field = FIELDS.get(word) if isinstance(word, str) else None
    if field is None:
        raise RuleError(f"There is no field {_shown(word)}.")
    operator = given.get("operator")
    if operator not in field.operators:
        raise RuleError(f"{field.label} cannot be compared by {_shown(operator)}.")
    return Condition(
        field=field.word,
        operator=str(operator),
        value=_value(field, str(operator), given.get("value")),
        window=_window(field, given.get("window")),
        role=_role(field, given.get("role")),
    )


def _window(field: Field, given: Any) -> int | None:
    if given is None:
        if field.windowed == "always":
            raise RuleError(f"{field.label}: say how many days.")
        return None
    if field.windowed == "never":
        raise RuleError(f"{field.label} knows no period of days.")
    if not _is_whole(given) or not 1 <= given <= LONGEST_WINDOW:
        raise RuleError(f"{field.label}: the period has 1 to {LONGEST_WINDOW} whole days.")
    return int(given)


def _role(field: Field, given: Any) -> str:
    if not field.roles:
        if given:
            raise RuleError(f"{field.label} is not asked of the first or favourite order.")
        return ""
    role = given or field.roles[0]
    if role not in field.roles:
        raise RuleError(f"{field.label} is asked of {', '.join(field.roles)}.")
    return str(role)


def _value(field: Field, operator: str, given: Any) -> Value:
    if field.kind == "number":
        return _one_or_two(field, operator, given, _number)
    if field.kind == "date":
        return _one_or_two(field, operator, given, _day)
    if field.kind == "saved":
        return _names(field, given, most=1)
    names = _names(field, given)
    if field.kind == "cluster":
        for name in names:
            if not _CLUSTER.match(name):
                raise RuleError(f"There is no cluster {_shown(name)}.")
    if field.kind == "named":
        for name in names:
            if name not in NAMED_SEGMENTS:
                raise RuleError(f"There is no RFM segment {_shown(name)}.")
    return names


def _one_or_two(field: Field, operator: str, given: Any, read: Any) -> Value:
    if operator != "between":
        one: Value = read(field, given)
        return one
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise RuleError(f"{field.label}: between needs two values.")
    low, high = read(field, given[0]), read(field, given[1])
    if high < low:
        raise RuleError(f"{field.label}: the first of two values must not be the larger one.")
    return (low, high)


def _number(field: Field, given: Any) -> float | int:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or (isinstance(given, float) and not math.isfinite(given)):
        raise RuleError(f"{field.label}: {_shown(given)} is not a number.")
    if not field.low <= given <= field.high:
        raise RuleError(f"{field.label} lies between {field.low:,.15g} and {field.high:,.15g}.")
    if field.whole and not _is_whole(given):
        raise RuleError(f"{field.label}: give a whole number.")
    return int(given) if field.whole else given


def _is_whole(given: Any) -> bool:
    if isinstance(given, bool):
        return False
    return isinstance(given, int) or (isinstance(given, float) and given.is_integer())


def _day(field: Field, given: Any) -> date:
    try:
        day = date.fromisoformat(given)
    except (TypeError, ValueError):
        raise RuleError(f"{field.label}: {_shown(given)} is not a day.") from None
    if not date(1971, 1, 1) <= day <= date(2100, 1, 1):
        raise RuleError(f"{field.label}: choose a day between 1971 and 2099.")
    return day


def _names(field: Field, given: Any, most: int = MOST_CHOICES) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= most:
        raise RuleError(f"{field.label}: choose {'one' if most == 1 else f'1 to {most}'}.")
    for name in given:
        if not isinstance(name, str) or len(name) > LONGEST_TEXT:
            raise RuleError(f"{field.label}: {_shown(name)} is not a name.")
    return tuple(sorted(set(given)))


def _only(given: Mapping[Any, Any], known: set[str], what: str) -> None:
    for key in given:
        if key not in known:
            raise RuleError(f"{what} knows no {_shown(key)}.")


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 40 else f"{text[:40]}..."


def expand(tree: Group, saved: Mapping[str, Group]) -> Group:
    """
    Return the tree with each saved segment it refers to put in its place.

    Args:
        tree: What to expand.
        saved: Trees by id; those that are needed at least.

    Raises:
        RuleError: A segment is gone, or is made of itself.
    """
    expansion = _Expansion(saved)
    parts = tuple(expansion.part(part, ()) for part in tree.parts)
    return Group(tree.mode, parts, tree.negated)


class _Expansion:
    """One tree being expanded; counts its parts, since references multiply."""

    def __init__(self, saved: Mapping[str, Group]) -> None:
        self.saved = saved
        self.parts = 0

    def part(self, part: Group | Condition, above: tuple[str, ...]) -> Group | Condition:
        """Return one part expanded; `above` are the segments it lies within."""
        self.parts += 1
        if self.parts > MOST_EXPANDED:
            raise RuleError("With the saved segments it refers to, this has too many conditions.")
        if isinstance(part, Group):
            parts = tuple(self.part(inner, above) for inner in part.parts)
            return Group(part.mode, parts, part.negated)
        if part.field != "saved_segment":
            return part
        name = saved_id(part)
        if name in above:
            raise RuleError("A saved segment cannot be made of itself.")
        if name not in self.saved:
            raise RuleError("A saved segment this one refers to is gone.")
        inside = self.part(self.saved[name], (*above, name))
        return Group("all", (inside,), part.operator == "not_in_segment")


def cluster_name(grouping: str, number: int, name: str) -> str:
    """Return how a condition names a group of a kept grouping; `read_cluster` reads it."""
    return f"{grouping}:{number} {name}"[:LONGEST_TEXT]


def read_cluster(text: str) -> tuple[str, int, str]:
    """
    Return which grouping a condition means, which group of it, and what that was called.

    Raises:
        ValueError: It is no name of a group.
    """
    found = _CLUSTER.match(text)
    if found is None:
        raise ValueError(f"not a cluster: {text[:40]!r}")
    return found[1], int(found[2]), found[3]


def saved_id(part: Condition) -> str:
    """Return which saved segment a condition on one refers to."""
    return part.names[0]
