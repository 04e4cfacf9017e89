"""What a rule can be about, as readers choose it: subjects, operators, where one begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SUBJECTS: dict[str, tuple[str, ...]] = {
    "When they ordered": ("recency", "tenure", "last_order", "first_order", "mean_gap"),
    "How much": ("frequency", "monetary", "average_order_value"),
    "In the last days": ("orders_in", "spend_in", "units_in"),
    "Discounts and returns": ("discount_share", "return_rate"),
    "Where": ("country", "channel"),
    "What they bought": ("category", "product"),
    "RFM": ("rfm_segment", "r_score", "f_score", "m_score"),
    "Other segments": ("saved_segment", "cluster", "kept_list"),
}
OPERATORS = {
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "between": "between",
    "equals": "exactly",
    "on_or_after": "on or after",
    "before": "before",
    "is_any_of": "is any of",
    "is_none_of": "is none of",
    "bought": "bought",
    "not_bought": "did not buy",
    "in_segment": "is in",
    "not_in_segment": "is not in",
}
ROLES = {"any": "any order", "first": "the first order", "favourite": "most orders"}
UNITS = {"days": "days", "orders": "orders", "units": "units", "share": "%", "score": "of 5"}
# How a condition begins: a value that keeps some and loses some in most shops.
DEFAULTS: dict[str, dict[str, Any]] = {
    "recency": {"operator": "at_most", "value": 90},
    "tenure": {"operator": "at_least", "value": 180},
    "last_order": {"operator": "on_or_after", "value": None},
    "first_order": {"operator": "on_or_after", "value": None},
    "mean_gap": {"operator": "at_most", "value": 60},
    "frequency": {"operator": "at_least", "value": 2},
    "monetary": {"operator": "at_least", "value": 200},
    "average_order_value": {"operator": "at_least", "value": 50},
    "orders_in": {"operator": "at_least", "value": 1, "window": 90},
    "spend_in": {"operator": "at_least", "value": 100, "window": 365},
    "units_in": {"operator": "at_least", "value": 5, "window": 365},
    "discount_share": {"operator": "at_least", "value": 0.5},
    "return_rate": {"operator": "at_least", "value": 0.2},
    "country": {"operator": "is_any_of", "value": [], "role": "any"},
    "channel": {"operator": "is_any_of", "value": [], "role": "any"},
    "category": {"operator": "bought", "value": []},
    "product": {"operator": "bought", "value": []},
    "rfm_segment": {"operator": "is_any_of", "value": []},
    "r_score": {"operator": "at_least", "value": 4},
    "f_score": {"operator": "at_least", "value": 4},
    "m_score": {"operator": "at_least", "value": 4},
    "saved_segment": {"operator": "in_segment", "value": []},
    "cluster": {"operator": "is_any_of", "value": []},
    "kept_list": {"operator": "is_any_of", "value": []},
}


@dataclass(frozen=True, slots=True)
class FieldShown:
    """
    A field as the builder draws it.

    Attributes:
        word, label: Its name in trees, and for readers.
        kind: `number`, `date`, `choice`, `named`, `bought`, `saved`, `cluster`
            or `listed`.
        unit: Of its numbers.
        operators: Words of `OPERATORS`.
        windowed: `never`, `always` or `maybe`.
        roles: Words of `ROLES`; empty when it asks for none.
        whole: Whether numbers are whole.
        choices: (value, label) of names to choose from.
    """

    word: str
    label: str
    kind: str
    unit: str
    operators: tuple[str, ...]
    windowed: str
    roles: tuple[str, ...]
    whole: bool
    choices: tuple[tuple[str, str], ...] = ()
