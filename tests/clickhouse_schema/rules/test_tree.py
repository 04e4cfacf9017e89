"""Trees from outside: what is allowed comes back equal, the rest is refused with a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from clickhouse_schema.rules.tree import (
    DEEPEST,
    MOST_CONDITIONS,
    MOST_PARTS,
    Group,
    RuleError,
    expand,
    parse,
    to_json,
)
from clickhouse_schema.rules.words import tree_in_words
from tests.clickhouse_schema.rules.trees import trees

NAMES = pd.DataFrame(
    {
        "country": ["Germany", ""], "channel": ["Web", "Store"],
        "category": ["Kitchen", "Table"], "product": ["mug", "fork"],
    }
)  # fmt: skip
ONE = {"field": "recency", "operator": "at_most", "value": 30}


def _one(**change: Any) -> dict[str, Any]:
    return {"mode": "all", "parts": [ONE | change]}


@given(tree=trees(NAMES, ("a", "b")))
@settings(max_examples=200, deadline=None)
def test_a_tree_survives_being_stored(tree: dict[str, Any]) -> None:
    """Written as JSON and read again it is equal, and it reads as a sentence."""
    parsed = parse(tree)
    text = json.dumps(to_json(parsed))

    assert parse(json.loads(text)) == parsed
    sentence = tree_in_words(parsed, saved={"a": "A", "b": "B"})
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert sentence.count("(") == sentence.count(")")


@pytest.mark.parametrize(
    ("given_tree", "message"),
    [
        (None, "A group of conditions is missing"),
        ({"mode": "some", "parts": []}, "asks for all of its conditions or for any"),
        ({"mode": "all"}, "holds up to 20"),
        ({"mode": "all", "parts": [], "negated": 1}, "negated or not"),
        ({"mode": "all", "parts": [], "sql": "1"}, "A group knows no 'sql'"),
        ({"mode": "all", "parts": [ONE] * (MOST_PARTS + 1)}, "holds up to 20"),
        ({"mode": "all", "parts": [{"mode": "all", "parts": []}]}, "A group is empty"),
        (_one(field="recency)"), "no field 'recency\\)'"),
        (_one(field=["recency"]), "no field"),
        (_one(operator="; DROP"), "Days since last order cannot be compared by '; DROP'"),
        (_one(operator=["at_most"]), "cannot be compared"),
        (_one(value="30"), "'30' is not a number"),
        (_one(value=True), "True is not a number"),
        (_one(value=math.nan), "nan is not a number"),
        (_one(value=math.inf), "inf is not a number"),
        (_one(value=10**400), "lies between 0 and 1,000,000,000"),
        (_one(value=-1), "lies between 0 and"),
        (_one(value=1.5), "give a whole number"),
        (_one(operator="between", value=[1]), "between needs two values"),
        (_one(operator="between", value=[2, 1]), "must not be the larger one"),
        (_one(window=30), "knows no period of days"),
        (_one(role="first"), "not asked of the first or favourite"),
        (_one(field="orders_in"), "say how many days"),
        (_one(field="orders_in", window=0), "1 to 3650 whole days"),
        (_one(field="orders_in", window=math.inf), "1 to 3650 whole days"),
        (_one(field="orders_in", window="30; --"), "1 to 3650 whole days"),
        (_one(field="first_order", operator="before", value="soon"), "'soon' is not a day"),
        (_one(field="first_order", operator="before", value=20240101), "is not a day"),
        (_one(field="first_order", operator="before", value="0001-01-01"), "between 1971 and"),
        (_one(field="country", operator="is_any_of", value=[]), "choose 1 to 200"),
        (_one(field="country", operator="is_any_of", value="DE"), "choose 1 to 200"),
        (_one(field="country", operator="is_any_of", value=[1]), "1 is not a name"),
        (_one(field="country", operator="is_any_of", value=["x" * 201]), "is not a name"),
        (_one(field="country", operator="is_any_of", value=["x"], role="last"), "asked of any"),
        (_one(field="rfm_segment", operator="is_any_of", value=["vip"]), "no RFM segment 'vip'"),
        (_one(field="saved_segment", operator="in_segment", value=["a", "b"]), "choose one"),
    ],
)
def test_what_is_refused(given_tree: Any, message: str) -> None:
    """Everything else says in a sentence what is wrong."""
    with pytest.raises(RuleError, match=message):
        parse(given_tree)


def test_size_is_bounded() -> None:
    """Depth and number of conditions have limits."""
    deep: dict[str, Any] = _one()
    for _ in range(DEEPEST):
        deep = {"mode": "all", "parts": [deep]}
    assert isinstance(parse(deep), Group)
    with pytest.raises(RuleError, match="at most 2 deep"):
        parse({"mode": "all", "parts": [deep]})
    wide = {"mode": "any", "parts": [{"mode": "all", "parts": [ONE] * 16}] * 2}
    with pytest.raises(RuleError, match=f"at most {MOST_CONDITIONS} conditions, not 32"):
        parse(wide)


def _within(*names: str) -> Group:
    parts = [
        {"field": "saved_segment", "operator": "in_segment", "value": [name]} for name in names
    ]
    return parse({"mode": "all", "parts": parts})


def test_segments_of_segments() -> None:
    """A reference is replaced by its tree, a denied one by its opposite."""
    often = parse(_one())
    tree = parse(
        {
            "mode": "all",
            "parts": [{"field": "saved_segment", "operator": "not_in_segment", "value": ["often"]}],
        }
    )

    assert expand(tree, {"often": often}) == Group("all", (Group("all", (often,), True),))


def test_circles_are_refused() -> None:
    """A segment of itself, directly or through another, is refused; so is one that is gone."""
    with pytest.raises(RuleError, match="cannot be made of itself"):
        expand(_within("a"), {"a": _within("b"), "b": _within("a")})
    with pytest.raises(RuleError, match="is gone"):
        expand(_within("a"), {})


def test_references_cannot_multiply() -> None:
    """Segments that each refer twice to the next do not grow without bound."""
    saved = {str(n): _within(str(n + 1), str(n + 1)) for n in range(40)}
    with pytest.raises(RuleError, match="too many conditions"):
        expand(_within("0"), saved)
