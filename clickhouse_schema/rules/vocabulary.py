"""
Everything a rule can be about: the one list of fields, with their units, operators and SQL.

Names and SQL come from here and nowhere else. What a reader chooses are words of
this list and values, and values are always bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "date", "choice", "named", "bought", "saved", "cluster", "listed"]
Unit = Literal["days", "orders", "money", "units", "share", "score", "date", ""]

NUMBER_OPERATORS = ("at_least", "at_most", "more_than", "less_than", "between", "equals")
DATE_OPERATORS = ("on_or_after", "before", "between")
CHOICE_OPERATORS = ("is_any_of", "is_none_of")
BOUGHT_OPERATORS = ("bought", "not_bought")
SAVED_OPERATORS = ("in_segment", "not_in_segment")
ROLES = ("any", "first", "favourite")
# Named segments of RFM as readers see them, best first; the same as in analytics.models.rfm and
# layouts, which import neither this nor each other: a test holds the three equal.
NAMED_SEGMENTS = {
    "champions": "Champions",
    "loyal_customers": "Loyal customers",
    "potential_loyalists": "Potential loyalists",
    "new_customers": "New customers",
    "promising": "Promising",
    "need_attention": "Need attention",
    "cant_lose": "Can't lose them",
    "at_risk": "At risk",
    "about_to_sleep": "About to sleep",
    "hibernating": "Hibernating",
}
# What is added up over a customer's orders when a rule needs it. `{since}` is the slot of a window.
SUMS = {
    "last_at": "maxIf(ordered_at, is_order)",
    "first_at": "minIf(ordered_at, is_order)",
    "frequency": "countIf(is_order)",
    "revenue": "sum(net)",
    "came_back": "sum(returned)",
    "year_revenue": "sumIf(net, ordered_at >= subtractMonths({snapshot:DateTime('UTC')}, 12))",
    "discounted_orders": "countIf(is_order AND discounted)",
    "orders_since": "countIf(is_order AND ordered_at >= {since})",
    "spend_since": "sumIf(net, ordered_at >= {since})",
    "units_since": "sumIf(units, ordered_at >= {since})",
}
# The same from a customer's kept history (one array of moments, of places and of amounts), where
# there is one: a place of 0 is no order. What is missing here needs the orders.
_KNOWN = "at < {until:DateTime('UTC')}"
_HISTORY = "`history.ordered_at`, `history.place_key`"
_AMOUNTS = "`history.ordered_at`, `history.net_amount`"
HISTORIES = {
    "last_at": f"toDateTime(arrayMax((at, place) -> toUInt32(at) * (place != 0 AND {_KNOWN}),"
    f" {_HISTORY}), 'UTC')",
    "first_at": f"toDateTime(arrayMin((at, place) -> if(place != 0 AND {_KNOWN}, toUInt32(at),"
    f" toUInt32(4294967295)), {_HISTORY}), 'UTC')",
    "frequency": f"toUInt64(arrayCount((at, place) -> place != 0 AND {_KNOWN}, {_HISTORY}))",
    "revenue": f"arraySum((at, amount) -> reinterpretAsInt64(amount) * ({_KNOWN}), {_AMOUNTS})",
    "year_revenue": f"arraySum((at, amount) -> reinterpretAsInt64(amount) * ({_KNOWN}"
    f" AND at >= subtractMonths({{snapshot:DateTime('UTC')}}, 12)), {_AMOUNTS})",
    "orders_since": f"toUInt64(arrayCount((at, place) -> place != 0 AND {_KNOWN}"
    f" AND at >= {{since}}, {_HISTORY}))",
    "spend_since": f"arraySum((at, amount) -> reinterpretAsInt64(amount) * ({_KNOWN}"
    f" AND at >= {{since}}), {_AMOUNTS})",
}


@dataclass(frozen=True, slots=True)
class Field:
    """
    Something a condition can be about.

    Attributes:
        word: How trees name it.
        label: How readers see it.
        kind: What its values are.
        unit: Of its numbers.
        operators: Words that may stand between it and a value.
        windowed: Whether a condition says "in the last N days": never, always or at will.
        roles: Which of a customer's orders are meant; empty where all are.
        sums: What of `SUMS` it is made of.
        value: SQL of the value in its own unit, over those sums.
        exact: SQL of the value that is compared; differs from `value` where that
            is a quotient of whole numbers which would be compared with rounding.
        scale: What a given number is multiplied by before it is compared with `exact`.
        whole: Whether only whole numbers make sense.
        low, high: Bounds of a given number.
        column: For choices and what was bought, the column it is in.
    """

    word: str
    label: str
    kind: Kind
    unit: Unit = ""
    operators: tuple[str, ...] = NUMBER_OPERATORS
    windowed: Literal["never", "always", "maybe"] = "never"
    roles: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    value: str = ""
    exact: str = ""
    scale: int = 1
    whole: bool = False
    low: float = 0
    high: float = 1e9
    column: str = ""


def _days(sql_from: str) -> str:
    return f"intDiv(dateDiff('second', {sql_from}, {{snapshot:DateTime('UTC')}}), 86400)"


RECENCY = _days("last_at")
MONETARY = "(revenue - {net_of_returns:UInt8} * came_back)"


def _score(value: str, slot: str) -> str:
    # Faster than counting in an array, and than comparing whole numbers with fractions.
    cuts = [f"(toFloat64({value}) > {{{slot}:Array(Float64)}}[{place}])" for place in range(1, 5)]
    return "(" + " + ".join(cuts) + ")"


R_SCORE = f"(5 - {_score(RECENCY, 'recency_cuts')})"
F_SCORE = f"(1 + {_score('frequency', 'frequency_cuts')})"
M_SCORE = f"(1 + {_score(MONETARY, 'monetary_cuts')})"
# Place of a customer's cell among R1F1, R1F2 ... R5F5, from 1.
CELL = f"(({R_SCORE} - 1) * 5 + {F_SCORE})"

_FIELDS = (
    Field("recency", "Days since last order", "number", "days", sums=("last_at",), value=RECENCY,
          whole=True),
    Field("frequency", "Orders", "number", "orders", sums=("frequency",), value="frequency",
          whole=True),
    Field("monetary", "Spent in all", "number", "money", sums=("revenue", "came_back"),
          value=f"{MONETARY} / 10000", exact=MONETARY, scale=10_000, low=-1e9),
    Field("average_order_value", "Average order value", "number", "money",
          sums=("revenue", "frequency"), value="revenue / frequency / 10000"),
    Field("tenure", "Days since first order", "number", "days", sums=("first_at",),
          value=_days("first_at"), whole=True),
    Field("orders_in", "Orders in the last days", "number", "orders", windowed="always",
          sums=("orders_since",), value="orders_since", whole=True),
    Field("spend_in", "Spent in the last days", "number", "money", windowed="always",
          sums=("spend_since",), value="spend_since / 10000", exact="spend_since", scale=10_000),
    Field("units_in", "Units in the last days", "number", "units", windowed="always",
          sums=("units_since",), value="units_since / 1000", exact="units_since", scale=1000),
    Field("mean_gap", "Days between orders", "number", "days",
          sums=("first_at", "last_at", "frequency"),
          value="if(frequency > 1, dateDiff('second', first_at, last_at) / 86400"
                " / (frequency - 1), nan)"),
    Field("discount_share", "Share of orders with a discount", "number", "share",
          sums=("discounted_orders", "frequency"), value="discounted_orders / frequency", high=1),
    Field("return_rate", "Return rate", "number", "share", sums=("came_back", "revenue"),
          value="if(revenue > 0, came_back / revenue, nan)", high=1000),
    Field("first_order", "First order", "date", "date", DATE_OPERATORS, sums=("first_at",),
          value="toDate(first_at)"),
    Field("last_order", "Last order", "date", "date", DATE_OPERATORS, sums=("last_at",),
          value="toDate(last_at)"),
    Field("country", "Country", "choice", "", CHOICE_OPERATORS, roles=ROLES, column="country"),
    Field("channel", "Channel", "choice", "", CHOICE_OPERATORS, roles=ROLES, column="channel"),
    Field("category", "Category bought", "bought", "", BOUGHT_OPERATORS, "maybe",
          column="category"),
    Field("product", "Product bought", "bought", "", BOUGHT_OPERATORS, "maybe",
          column="product_id"),
    Field("r_score", "Recency score", "number", "score", sums=("last_at",), value=R_SCORE,
          whole=True, low=1, high=5),
    Field("f_score", "Frequency score", "number", "score", sums=("frequency",), value=F_SCORE,
          whole=True, low=1, high=5),
    Field("m_score", "Monetary score", "number", "score", sums=("revenue", "came_back"),
          value=M_SCORE, whole=True, low=1, high=5),
    Field("rfm_segment", "RFM segment", "named", "", CHOICE_OPERATORS,
          sums=("last_at", "frequency"), value=CELL),
    Field("cluster", "Cluster", "cluster", "", CHOICE_OPERATORS),
    Field("kept_list", "List of customers", "listed", "", CHOICE_OPERATORS),
    Field("saved_segment", "Saved segment", "saved", "", SAVED_OPERATORS),
)  # fmt: skip
FIELDS: dict[str, Field] = {field.word: field for field in _FIELDS}
