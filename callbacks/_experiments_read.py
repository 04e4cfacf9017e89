"""The plan as the browser holds it, made usable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from analytics.experiment_plans import Plan

_PERCENTS = ("control", "depth", "margin", "redeemed", "low", "likely", "high")
_AMOUNTS = ("contact_cost", "redemption_cost")
_WORDS = ("segment", "goal", "offer")
LONGEST_BASIS = 240


def read_plan(raw: Any) -> Plan:
    """
    Return the plan of the browser's entries; what is missing is as usual.

    Args:
        raw: Name -> value as entered: percentages, weeks, a list of arms with commas.

    Raises:
        ValueError: An entry cannot be used; the sentence says which.
    """
    held: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    found: dict[str, Any] = {name: held[name] for name in _WORDS if held.get(name)}
    for name in _PERCENTS:
        if name in held:
            found[name] = round(_number(held[name], name) / 100, 6)
    for name in _AMOUNTS:
        if name in held:
            found[name] = _number(held[name], name)
    if "weeks" in held:
        found["days"] = round(_number(held["weeks"], "weeks")) * 7
    if "power" in held:
        found["power"] = _number(held["power"], "power")
    if "seed" in held:
        found["seed"] = _seed(held["seed"])
    if held.get("arms"):
        found["arms"] = [name.strip() for name in str(held["arms"])[:300].split(",")]
    basis, origin = held.get("basis"), held.get("origin")
    if isinstance(basis, str) and basis.count(";") == 3:
        found["basis"] = f"Measured in “{basis.split(';')[3][:120]}”"
    elif isinstance(origin, str) and origin.strip():
        found["basis"] = origin.strip()[:LONGEST_BASIS]
    return Plan.of(found)


def plan_of_link(search: Any) -> Plan:
    """
    Return the plan that a link of another tab begins with; what it does not say is as usual.

    Args:
        search: The link's query: `for` (segment), `offer`, `depth`, `margin`, `redeemed`, `low`,
            `likely`, `high` in per cent, and `why` in words.

    Raises:
        ValueError: It says something that cannot be used; the sentence says what.
    """
    asked = parse_qs(str(search)[:2000].lstrip("?"))
    held: dict[str, Any] = {"segment": asked["for"][0]} if "for" in asked else {}
    for name in ("offer", *_PERCENTS):
        if name in asked:
            held[name] = asked[name][0]
    return read_plan(held | {"origin": asked.get("why", [""])[0]})


def as_entries(plan: Plan) -> dict[str, Any]:
    """Return the browser's entries of a plan."""
    entries: dict[str, Any] = {name: getattr(plan, name) for name in (*_WORDS, *_AMOUNTS)}
    entries |= {name: round(getattr(plan, name) * 100, 4) for name in _PERCENTS}
    return entries | {
        "weeks": plan.days // 7, "power": f"{plan.power:g}", "seed": str(plan.seed),
        "arms": ", ".join(plan.arms), "basis": "own",
    }  # fmt: skip


def _number(value: Any, name: str) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError(f"Enter a number for {name.replace('_', ' ')}.") from None


def _seed(value: Any) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ValueError("The seed is a whole number of up to 15 digits.")
    return int(text)
