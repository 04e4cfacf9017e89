"""Rules read aloud as English."""

from __future__ import annotations

from typing import Any

import pytest

from clickhouse_schema.rules.tree import EVERYBODY, Group, condition, parse
from clickhouse_schema.rules.words import condition_in_words, tree_in_words


def _said(field: str, operator: str, value: Any, **more: Any) -> str:
    given = {"field": field, "operator": operator, "value": value, **more}
    return condition_in_words(condition(given), money=lambda amount: f"£{amount:,.0f}")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (_said("orders_in", "at_least", 3, window=90),
         "ordered at least 3 times in the last 90 days"),
        (_said("frequency", "equals", 1), "ordered exactly once in all"),
        (_said("frequency", "between", [2, 4]), "ordered between 2 and 4 times in all"),
        (_said("recency", "more_than", 1), "last ordered more than 1 day ago"),
        (_said("monetary", "at_least", 1500), "spent at least £1,500 in all"),
        (_said("spend_in", "less_than", 10, window=1), "spent less than £10 in the last day"),
        (_said("units_in", "at_most", 1, window=7), "bought at most 1 unit in the last 7 days"),
        (_said("discount_share", "at_least", 0.55),
         "had a discount on at least 55% of their orders"),
        (_said("r_score", "between", [4, 5]), "have a recency score of between 4 and 5"),
        (_said("last_order", "before", "2024-03-01"), "last ordered before 1 March 2024"),
        (_said("country", "is_any_of", ["France", "Spain", ""]),
         "ordered from (not given), France or Spain"),
        (_said("country", "is_none_of", ["France"]), "never ordered from France"),
        (_said("channel", "is_none_of", ["web"], role="first"), "did not first order through web"),
        (_said("channel", "is_any_of", ["web"], role="favourite"), "order mostly through web"),
        (_said("category", "bought", ["Mugs"], window=30), "bought Mugs in the last 30 days"),
        (_said("category", "not_bought", ["Mugs"]), "never bought Mugs"),
        (_said("product", "not_bought", ["a"], window=30), "did not buy a in the last 30 days"),
        (_said("product", "bought", list("abcdef")), "bought a, b, c or 3 others"),
        (_said("rfm_segment", "is_any_of", ["at_risk"]), "are in the RFM segment At risk"),
        (_said("saved_segment", "in_segment", ["x1"]), "are in the saved segment “x1”"),
    ],
)  # fmt: skip
def test_conditions(said: str, expected: str) -> None:
    """Each field has a phrase of its own, with number and unit in agreement."""
    assert said == expected


def test_a_whole_tree() -> None:
    """Groups are told apart by "either" and brackets, the saved segment by its name."""
    often = {"field": "frequency", "operator": "at_least", "value": 3}
    lately = {"field": "recency", "operator": "at_most", "value": 30}
    saved = {"field": "saved_segment", "operator": "not_in_segment", "value": ["v1"]}
    tree = {
        "mode": "all",
        "parts": [
            often,
            {"mode": "any", "parts": [lately, saved]},
            {"mode": "all", "negated": True, "parts": [lately]},
        ],
    }

    assert tree_in_words(parse(tree), saved={"v1": "VIPs"}) == (
        "Customers who ordered at least 3 times in all, (either last ordered at most 30 days ago"
        " or are not in the saved segment “VIPs”) and do not fit this:"
        " (last ordered at most 30 days ago)."
    )
    assert tree_in_words(EVERYBODY) == "All customers."
    assert tree_in_words(Group("any", ())) == "Nobody."
