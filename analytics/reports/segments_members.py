"""The members of a segment: listed, explained, compared with others and with earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import pandas as pd

from analytics.cluster_members import clusters_in
from analytics.errors import NotEnoughData
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.segments import Basis, cells_of, judgement
from analytics.reports.segments_rfm import cuts_at, snapshot_time
from clickhouse_schema.members.facts import Members
from clickhouse_schema.queries.segment_members import (
    Page,
    Reasons,
    member_page,
    members_of,
    reasons,
)
from clickhouse_schema.queries.segments import (
    find_customers,
    segment_changes,
    segment_overlap,
    segment_size,
)
from clickhouse_schema.rules.compile import Judgement, needs_cuts
from clickhouse_schema.rules.tree import Group, expand
from clickhouse_schema.scoring import Scope

Saved = Mapping[str, Group]
MOST_COMPARED = 3
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Size:
    """A segment at a moment: its members and their revenue of the twelve months before."""

    at: datetime
    customers: int
    year_revenue: float


@dataclass(frozen=True, slots=True)
class Changes:
    """
    Who came and went between two moments.

    Attributes:
        since, until: The moments.
        stayed, joined, left: Customers.
        stayed_revenue, joined_revenue, left_revenue: Their revenue of the twelve months
            before `until`; of those who left, before `since`.
    """

    since: datetime
    until: datetime
    stayed: int
    joined: int
    left: int
    stayed_revenue: float
    joined_revenue: float
    left_revenue: float


@dataclass(frozen=True, slots=True)
class Shared:
    """
    Customers that are in exactly some of the segments compared.

    Attributes:
        inside: Which of them, by place.
        customers: How many.
        revenue: Of all time.
        year_revenue: Of the twelve months before the snapshot.
    """

    inside: tuple[int, ...]
    customers: int
    revenue: float
    year_revenue: float


def selection(tree: Group, saved: Saved, basis: Basis, name: str = "") -> Members:
    """
    Return the members as a selection, for an export or a delivery.

    Raises:
        RuleError: A saved segment is gone or made of itself.
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    whole = expand(tree, saved)
    return members_of(whole, judgement(basis, whole), name)


def members(tree: Group, saved: Saved, basis: Basis, page: Page) -> tuple[pd.DataFrame, int]:
    """
    Return a page of members and how many there are with its filters; not remembered.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As `selection`.
    """
    whole = expand(tree, saved)
    return member_page(warehouse(), whole, judgement(basis, whole), page)


def why(tree: Group, saved: Saved, basis: Basis, customer_id: str) -> Reasons | None:
    """
    Return what each condition finds in one customer; None when nobody has that id.

    Conditions of saved segments are listed with the others.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As `selection`.
    """
    found = find_customers(warehouse(), customer_id)
    keys = found.loc[found["customer_id"] == customer_id, "customer_key"]
    if keys.empty:
        return None
    whole = expand(tree, saved)
    return reasons(warehouse(), whole, judgement(basis, whole), int(keys.iloc[0]))


def customers_like(text: str) -> tuple[str, ...]:
    """Return ids of customers that begin with `text`, a few."""
    return tuple(find_customers(warehouse(), text[:200])["customer_id"])


def overlap(trees: Sequence[Group], saved: Saved, basis: Basis) -> tuple[Shared, ...]:
    """
    Return how two or three segments overlap: every part of their Venn diagram.

    Returns:
        One for each combination, those in none left out; also when nobody is in it.

    Raises:
        ValueError: Not two or three segments.
        RuleError, NotEnoughData, WarehouseError: As `selection`.
    """
    if not 2 <= len(trees) <= MOST_COMPARED:
        raise ValueError(f"2 to {MOST_COMPARED} segments can be compared, not {len(trees)}")
    expanded = tuple(expand(tree, saved) for tree in trees)
    judged = judgement(basis, Group("any", expanded))
    frame = shared(
        "segment_overlap",
        {"trees": repr(expanded), "judged": repr(judged)},
        lambda: segment_overlap(warehouse(), expanded, judged),
    ).set_index("mask")
    frame = frame.reindex(range(1, 2 ** len(trees)), fill_value=0)
    return tuple(
        Shared(
            inside=tuple(place for place in range(len(trees)) if int(mask) >> place & 1),
            customers=int(row["customers"]),
            revenue=float(row["revenue"]),
            year_revenue=float(row["year_revenue"]),
        )
        for mask, row in frame.iterrows()
    )


def growth(
    tree: Group,
    saved: Saved,
    basis: Basis,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Size, ...]:
    """
    Return the segment at each month's end, recomputed with what was known then, and now.

    Each month is remembered by itself: a new month costs one statement.

    Args:
        tree: The rules.
        saved: Trees they refer to, by id.
        basis: What they are asked on.
        told: Called with months done and months in all.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As `selection`.
    """
    last = snapshot_time(basis.data, basis.options.snapshot)
    moments = [*month_ends(basis.data.first_at, last)][-MOST_MONTHS:] + [last]
    expanded = expand(tree, saved)
    sizes = []
    for done, at in enumerate(moments, 1):
        sizes.append(_size(expanded, basis, at))
        if told is not None:
            told(done, len(moments))
    return tuple(sizes)


def month_ends(first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the beginning of each month after `first` and before `last`: each month's end."""
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = datetime(year, month, 1)
        if end >= last:
            return
        yield end


def joiners_leavers(tree: Group, saved: Saved, basis: Basis, since: date) -> Changes:
    """
    Return who came and went between the beginning of a day and the snapshot.

    Raises:
        RuleError, NotEnoughData, WarehouseError: As `selection`.
    """
    until = snapshot_time(basis.data, basis.options.snapshot)
    start = datetime.combine(since, time())
    if not basis.data.first_at < start < until:
        raise NotEnoughData("Choose a day after the first order and before the snapshot.")
    expanded = expand(tree, saved)
    before, now = _at(expanded, basis, start), _at(expanded, basis, until)
    frame = shared(
        "segment_changes",
        {"tree": repr(expanded), "before": repr(before), "now": repr(now)},
        lambda: segment_changes(warehouse(), expanded, before, now),
    )
    found = {
        (bool(row.before), bool(row.now)): (int(row.customers), float(row.year_revenue))
        for row in frame.itertuples()
    }
    stayed, joined, left = (
        found.get(key, (0, 0.0)) for key in ((True, True), (False, True), (True, False))
    )
    return Changes(
        since=start, until=until, stayed=stayed[0], joined=joined[0], left=left[0],
        stayed_revenue=stayed[1], joined_revenue=joined[1], left_revenue=left[1],
    )  # fmt: skip


def _at(tree: Group, basis: Basis, at: datetime) -> Judgement:
    """Return what customers are judged by at a moment; cuts only if the tree asks for them."""
    scope = Scope.of(basis.filters, net_of_returns=basis.options.net_of_returns)
    cuts = cuts_at(scope, at, basis.options) if needs_cuts(tree) else None
    clusters = clusters_in(warehouse(), tree, at)
    return Judgement(scope, at, cuts, cells_of(basis.segment_map), clusters)


def _size(tree: Group, basis: Basis, at: datetime) -> Size:
    try:
        judged = _at(tree, basis, at)
    except NotEnoughData:  # nobody within the filters yet
        return Size(at, 0, 0.0)
    customers, revenue = shared(
        "segment_size",
        {"tree": repr(tree), "judged": repr(judged)},
        lambda: segment_size(warehouse(), tree, judged),
    )
    return Size(at, customers, revenue)
