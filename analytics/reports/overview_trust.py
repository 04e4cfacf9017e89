"""What the Overview's figures rest on: the lines used, and which rule left which ones out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.reports._slice import Slice, shared, slice_of
from analytics.reports._warehouse import warehouse
from analytics.reports.overview import headline
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.trust import invoices_loaded, line_counts, lines_by_kind

Rule = Literal["return", "correction", "free", "unknown customer", "discount"]


@dataclass(frozen=True, slots=True)
class LinesUsed:
    """
    Lines of a slice, by what becomes of them.

    Attributes:
        sales: Sale lines whose customer is known.
        unknown_sales: Sale lines without a customer.
        returns: Cancelled and returned lines.
        others: Free lines and stock corrections.
    """

    sales: int
    unknown_sales: int
    returns: int
    others: int


@dataclass(frozen=True, slots=True)
class Step:
    """
    What one rule takes away.

    Attributes:
        rule: Which.
        lines: How many lines; 0 for discounts, which take only money.
        amount: Their quantity x price, or the discount (account currency).
    """

    rule: Rule
    lines: int
    amount: float


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """
    The way from the loaded file to the figures.

    Attributes:
        slice: What it is about.
        lines, invoices, amount: As loaded: quantity x price before any rule.
        steps: What each rule takes away, in order; only those that apply.
        lines_used, orders, customers, revenue: What the figures are made of:
            lines - steps = lines_used, amount - steps = revenue.
    """

    slice: Slice
    lines: int
    invoices: int
    amount: float
    steps: tuple[Step, ...]
    lines_used: int
    orders: int
    customers: int
    revenue: float


def lines_used(view: Slice) -> LinesUsed:
    """
    Return how many lines a slice has, by what becomes of them.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    frame = shared("line_counts", {"now": view.now}, lambda: line_counts(warehouse(), view.now))
    row = frame.iloc[0]
    return LinesUsed(
        sales=int(row["known_sale_lines"]),
        unknown_sales=int(row["unknown_sale_lines"]),
        returns=int(row["return_lines"]),
        others=int(row["other_lines"]),
    )


def reconciliation(filters: Filters, data: DataState) -> Reconciliation:
    """
    Return the way from the loaded file to the figures of a slice.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    kinds = lines_by_kind(warehouse(), view.now)
    steps = [
        Step(rule, int(rows["lines"].sum()), float(rows["listed"].sum()))
        for rule in ("return", "correction", "free")
        if not (rows := kinds[kinds["kind"] == rule]).empty
    ]
    sales = kinds[kinds["kind"] == "sale"]
    if view.now.known_only:
        unknown = sales[~sales["known_customer"]]
        if not unknown.empty:
            lines, listed = int(unknown["lines"].sum()), float(unknown["listed"].sum())
            steps.append(Step("unknown customer", lines, listed))
        sales = sales[sales["known_customer"]]
    if sales["discount"].sum():
        steps.append(Step("discount", 0, float(sales["discount"].sum())))
    measures = headline(filters, data).measures
    return Reconciliation(
        slice=view,
        lines=int(kinds["lines"].sum()),
        invoices=invoices_loaded(warehouse(), view.now),
        amount=float(kinds["listed"].sum()),
        steps=tuple(steps),
        lines_used=int(sales["lines"].sum()),
        orders=int(measures["orders"].now or 0),
        customers=int(measures["active_customers"].now or 0),
        revenue=float(sales["net"].sum()),
    )
