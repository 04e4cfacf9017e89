"""The builder's table of members and why one customer is in or out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from analytics.models.rfm import SEGMENTS
from analytics.reports.segments import Basis
from analytics.reports.segments_members import customers_like, members, why
from analytics.reports.shell import ShellFacts
from callbacks._segments_preview import condition_words
from callbacks._segments_rule import Saved
from clickhouse_schema.paging import LONGEST_PAGE
from clickhouse_schema.queries.segment_members import (
    COLUMNS,
    Finding,
    MemberFilter,
    Page,
)
from clickhouse_schema.rules.tree import Group
from clickhouse_schema.rules.vocabulary import FIELDS
from layouts.format import count, currency_sign, day, exact_money, name_or_not_given
from layouts.segments_why import FindingShown

_MONEY = ("monetary", "average_order_value", "year_revenue")
_NUMBER = {"equals": "equals", "greaterThanOrEqual": "at_least", "lessThanOrEqual": "at_most"}
_TEXT = {"contains": "contains", "equals": "equals", "startsWith": "starts_with"}
_DAY = {"equals": "equals", "greaterThan": "on_or_after", "lessThan": "before"}
_GRID_FILTERS = {
    "number": ("agNumberColumnFilter", list(_NUMBER)),
    "text": ("agTextColumnFilter", list(_TEXT)),
    "day": ("agDateColumnFilter", list(_DAY)),
}


def member_columns(facts: ShellFacts) -> list[dict[str, Any]]:
    """Return the columns of the grid; those without a choice in the data are left out."""
    sign = currency_sign(facts.data.currency)
    columns = []
    for name, column in COLUMNS.items():
        if name == "channel" and len(facts.channels) < 2:
            continue
        kind, options = _GRID_FILTERS[column.shape]
        shown: dict[str, Any] = {
            "field": name,
            "headerName": column.label,
            "filter": kind,
            "filterParams": {
                "filterOptions": options, "maxNumConditions": 1, "buttons": ["reset"],
                "debounceMs": 400,
            },
        }  # fmt: skip
        if name == "customer_id":
            shown |= {"pinned": "left", "width": 128, "flex": 0, "cellClass": "key-cell",
                      "tooltipField": "customer_id"}  # fmt: skip
        if column.shape == "number":
            shown |= {
                "type": "rightAligned",
                "valueFormatter": {"function": _formatter(name, sign)},
            }
        if column.shape == "text" and name != "customer_id":
            shown["valueFormatter"] = {
                "function": "params.value === '' ? 'Not given' : params.value"
            }
        if name == "monetary":
            shown |= {"sort": "desc"}
        columns.append(shown)
    return columns


def _formatter(name: str, sign: str) -> str:
    if name in _MONEY:
        text = sign.replace("\\", "").replace("'", "")
        return f"params.value == null ? '' : '{text}' + d3.format(',.2f')(params.value)"
    return "params.value == null ? '' : d3.format(',')(params.value)"


def read_page(raw: Any) -> Page:
    """
    Return which members a grid asks for.

    Raises:
        ValueError: A column, an operator or a value is not one there is.
    """
    held = raw if isinstance(raw, dict) else {}
    start, end = held.get("startRow", 0), held.get("endRow", 100)
    if type(start) is not int or type(end) is not int:
        raise ValueError("Rows are counted in whole numbers.")
    rows = min(max(end - start, 1), LONGEST_PAGE)
    sort = held.get("sortModel") or []
    first = sort[0] if isinstance(sort, list) and sort and isinstance(sort[0], dict) else {}
    model = held.get("filterModel")
    given = model if isinstance(model, dict) else {}
    return Page(
        start=start,
        rows=rows,
        sort=str(first.get("colId", "monetary")),
        descending=first.get("sort", "desc") == "desc",
        filters=tuple(_filter(str(name), one) for name, one in given.items()),
    )


def _filter(name: str, raw: Any) -> MemberFilter:
    held = raw if isinstance(raw, dict) else {}
    operators = {"number": _NUMBER, "text": _TEXT, "date": _DAY}.get(
        str(held.get("filterType")), {}
    )
    asked = str(held.get("type"))
    if asked not in operators:
        raise ValueError("That column cannot be narrowed so.")
    value: Any = held.get("filter")
    if operators is _DAY:
        value = date.fromisoformat(str(held.get("dateFrom"))[:10])
        value += timedelta(days=1 if asked == "greaterThan" else 0)
    elif value is None:
        raise ValueError("Say what the column is to be narrowed to.")
    return MemberFilter(name, operators[asked], value)


def member_rows(tree: Group, saved: Saved, basis: Basis, page: Page) -> dict[str, Any]:
    """
    Return a page of members as the grid wants it.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As the report.
    """
    frame, found = members(tree, saved.trees, basis, page)
    for name, column in COLUMNS.items():
        if column.shape == "day":
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    return {"rowData": frame.to_dict("records"), "rowCount": found}


def why_of(
    customer: str, tree: Group, saved: Saved, basis: Basis, facts: ShellFacts
) -> tuple[str, bool | None, list[FindingShown]]:
    """
    Return why a customer is in or out: the answer, membership, and each condition.

    Membership is None when there is no such customer.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As the report.
    """
    found = why(tree, saved.trees, basis, customer)
    if found is None:
        like = customers_like(customer)[:5]
        hint = f" Ids that begin so: {', '.join(like)}." if like else ""
        return f"There is no customer “{customer}”.{hint}", None, []
    if not found.known:
        return f"Customer {customer} has not ordered anything that counts.", None, []
    if not found.findings:
        return f"Customer {customer} is in: the rule has no condition.", True, []
    many = len(found.findings)
    passed = sum(one.passed for one in found.findings)
    said = f"{passed} of {many} pass" if found.member else f"{many - passed} of {many} fail"
    if found.member and passed == many:
        said = "every condition passes"
    head = f"Customer {customer} is {'in' if found.member else 'out'}: {said}"
    shown = [
        FindingShown(
            _asked(one, saved, facts.data.currency),
            _value(one, facts.data.currency),
            one.passed,
        )
        for one in found.findings
    ]
    return head, found.member, shown


def _asked(one: Finding, saved: Saved, currency: str) -> str:
    said = condition_words(one.condition, saved, currency)
    return f"Must not be so: {said[:1].lower()}{said[1:]}" if one.negated else said


def _value(one: Finding, currency: str) -> str:
    field, value = FIELDS[one.condition.field], one.value
    if isinstance(value, tuple):
        names: Mapping[str, str] = SEGMENTS if field.kind == "named" else {}
        if not value:
            return "none of them" if field.kind == "bought" else "none"
        return ", ".join(names.get(name, name_or_not_given(name)) for name in value)
    if isinstance(value, date):
        return day(value)
    if value != value:  # NaN: there is none
        return "has none"
    if field.unit == "money":
        return exact_money(value, currency)
    if field.unit == "share":
        return f"{value * 100:.3g}%"
    text = count(value) if value % 1 == 0 else f"{value:,.1f}"
    return f"{text} {'' if field.unit == 'score' else field.unit}".strip()
