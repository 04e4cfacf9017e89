"""
The rule of the builder as the browser holds it, made usable.

The browser is not trusted: every use goes through the engine's strict reader.
What a reader has not finished (a value missing, a group still empty) is left
aside with a sentence, and the rest is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.cluster_members import cluster_choices
from analytics.models.rfm import SEGMENTS
from analytics.reports._warehouse import warehouse
from analytics.reports.segment_filter import named_rules
from analytics.reports.segments import Basis, Path
from analytics.reports.segments_fields import products_like, products_named
from analytics.reports.shell import ShellFacts
from analytics.saved_segments import SEGMENT, kept_trees
from analytics.segment_growth import usual_basis
from clickhouse_schema.made.reading import listed
from clickhouse_schema.members.lists import list_names
from clickhouse_schema.rules.tree import (
    DEEPEST,
    MOST_PARTS,
    Group,
    RuleError,
    condition,
    parse,
)
from clickhouse_schema.rules.vocabulary import FIELDS
from layouts.format import currency_sign
from layouts.segments_fields import FieldShown
from layouts.segments_rule import ROOT

_NODES = 200
_KEY = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A rule as far as it can be used.

    Attributes:
        tree: What can be asked.
        plain: The same as JSON, without the browser's keys.
        keys: The browser's key of each condition, by its path in `tree`.
        problems: Why a condition is left aside, by its key.
    """

    tree: Group
    plain: dict[str, Any]
    keys: Mapping[Path, str]
    problems: Mapping[str, str]


def read_draft(raw: Any) -> Draft:
    """
    Return what of a rule can be used.

    Args:
        raw: The outermost group, with a `key` in every node.

    Raises:
        RuleError: It is no rule at all.
    """
    reader = _Reader()
    plain = reader.group(raw if isinstance(raw, dict) else ROOT, (), 0)
    return Draft(parse(plain), plain, reader.keys, reader.problems)


class _Reader:
    def __init__(self) -> None:
        self.keys: dict[Path, str] = {}
        self.problems: dict[str, str] = {}
        self.nodes = 0

    def group(self, raw: Mapping[str, Any], path: Path, depth: int) -> dict[str, Any]:
        """
        Return a group of its finished conditions; what the others lack is kept in `problems`.

        Raises:
            RuleError: It is no group, or too large.
        """
        parts: list[dict[str, Any]] = []
        held = raw.get("parts")
        if not isinstance(held, list) or len(held) > MOST_PARTS or depth > DEEPEST:
            raise RuleError(f"A group holds up to {MOST_PARTS} parts, {DEEPEST} groups deep.")
        for part in held:
            self.nodes += 1
            if not isinstance(part, dict) or self.nodes > _NODES:
                raise RuleError("This is no rule that can be read.")
            found = self.part(part, (*path, len(parts)), depth)
            if found is not None:
                parts.append(found)
        return {"mode": raw.get("mode"), "negated": raw.get("negated", False), "parts": parts}

    def part(self, raw: dict[str, Any], path: Path, depth: int) -> dict[str, Any] | None:
        """Return a condition, or a group that has one; None for what is not finished."""
        if "parts" in raw:
            inner = self.group(raw, path, depth + 1)
            return inner if inner["parts"] else None
        key = str(raw.get("key"))[:_KEY]
        plain = {name: value for name, value in raw.items() if name != "key"}
        try:
            condition(plain)
        except RuleError as error:
            self.problems[key] = _said(plain, str(error))
            return None
        self.keys[path] = key
        return plain


def _said(plain: Mapping[str, Any], error: str) -> str:
    """Return a sentence for a condition that is not finished, else the reader's own."""
    value, one = plain.get("value"), FIELDS.get(str(plain.get("field")))
    if one is None:
        return error
    if value is None or (isinstance(value, list) and None in value):
        return "Enter a day." if one.kind == "date" else "Enter a number."
    if value == []:
        return "Choose a segment." if one.kind == "saved" else "Choose at least one."
    return error


def checked_node(raw: Any) -> dict[str, Any]:
    """Return a rule that can be drawn: the empty one in the place of what cannot."""
    try:
        read_draft(raw)
    except (RuleError, TypeError, ValueError):
        return dict(ROOT)
    return raw if isinstance(raw, dict) and _keyed(raw) else dict(ROOT)


def _keyed(node: Mapping[str, Any]) -> bool:
    if not isinstance(node.get("key"), str) or len(node["key"]) > _KEY:
        return False
    return all(_keyed(part) for part in node.get("parts", ()))


def basis_of(facts: ShellFacts) -> Basis:
    """
    Return what the builder asks on: every order and the RFM map in use.

    The filters of the page do not narrow it: a segment means the same in an
    export, a delivery and here.
    """
    return usual_basis(facts)


@dataclass(frozen=True, slots=True)
class Saved:
    """Kept segments: their trees and names by id."""

    trees: Mapping[str, Group]
    names: Mapping[str, str]


def saved_segments() -> Saved:
    """Return the kept segments that are not archived, but what a later vocabulary cannot read."""
    trees = kept_trees(warehouse())
    kept = [one for one in listed(warehouse(), SEGMENT) if one.id in trees]
    return Saved(trees, {one.id: one.name for one in kept})


def with_named(saved: Saved) -> Saved:
    """Return what can be compared and looked back at: kept segments, then the ten of RFM."""
    named = named_rules()
    return Saved(
        {**saved.trees, **{word: tree for word, (_, tree) in named.items()}},
        {**saved.names, **{word: name for word, (name, _) in named.items()}},
    )


def fields_shown(
    facts: ShellFacts, used: set[str], own_id: str = "", chosen: Sequence[str] = ()
) -> dict[str, FieldShown]:
    """
    Return every field as the editor draws it.

    Args:
        facts: Names of countries, channels, categories.
        used: Fields in the rule: only their names are looked up where that asks the warehouse.
        own_id: Of the segment being edited; it cannot refer to itself.
        chosen: Products in the rule.
    """
    names: dict[str, tuple[tuple[str, str], ...]] = {
        "country": _plain_names(facts.countries),
        "channel": _plain_names(facts.channels),
        "category": _plain_names(facts.categories),
        "rfm_segment": tuple(SEGMENTS.items()),
    }
    if "product" in used:
        names["product"] = product_choices("", chosen, basis_of(facts))
    if "saved_segment" in used:
        kept = saved_segments().names.items()
        names["saved_segment"] = tuple(pair for pair in kept if pair[0] != own_id)
    if "cluster" in used:
        names["cluster"] = tuple(cluster_choices(warehouse()).items())
    if "kept_list" in used:
        names["kept_list"] = tuple((name, name) for name in list_names(warehouse()))
    sign = currency_sign(facts.data.currency)
    return {
        word: FieldShown(
            word, one.label, one.kind, one.unit if sign or one.unit != "money" else "",
            one.operators, one.windowed, one.roles, one.whole, names.get(word, ()),
        )
        for word, one in FIELDS.items()
    }  # fmt: skip


def product_choices(text: str, chosen: Sequence[str], basis: Basis) -> tuple[tuple[str, str], ...]:
    """
    Return products to choose from: those that hold `text`, and those that are chosen.

    Returns:
        (id, what is shown: description and id), sold most often first.

    Raises:
        NotEnoughData, WarehouseError: As the report.
    """
    found = products_like(text, basis)
    known = dict(zip(found.names, found.labels, strict=True))
    missing = [id_ for id_ in chosen if id_ not in known]
    known |= {id_: products_named(missing).get(id_, "") for id_ in missing}
    return tuple((id_, f"{label} ({id_})" if label else id_) for id_, label in known.items())


def products_of(node: Mapping[str, Any]) -> list[str]:
    """Return the products that conditions of a checked node name."""
    found: list[str] = []
    for part in node.get("parts", ()):
        if "parts" in part:
            found += products_of(part)
        elif part.get("field") == "product" and isinstance(part.get("value"), list):
            found += [one for one in part["value"] if isinstance(one, str)]
    return found


def _plain_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, name or "Not given") for name in names)


def fields_used(node: Mapping[str, Any]) -> set[str]:
    """Return the fields that conditions of a checked node are about."""
    found: set[str] = set()
    for part in node.get("parts", ()):
        found |= fields_used(part) if "parts" in part else {str(part.get("field"))}
    return found
