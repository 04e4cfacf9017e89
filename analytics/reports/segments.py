"""The segment builder: how many a tree of rules leaves, what they are worth, which rule did it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.cluster_members import clusters_in
from analytics.models.rfm import DEFAULT_MAP, SEGMENTS, Prospects, SegmentMap
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.segments_rfm import (
    Coverage,
    RfmOptions,
    cuts_at,
    rfm_scores,
    snapshot_time,
)
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.segments import segment_masks
from clickhouse_schema.rules.compile import Judgement, Logic
from clickhouse_schema.rules.tree import Condition, Group, expand
from clickhouse_schema.scoring import Scope

Truth = npt.NDArray[np.bool_]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """
    What every question about segments is asked on.

    Attributes:
        filters: Countries, channels and categories say which orders count.
        options: Snapshot, cuts and returns of the scores.
        data: What is loaded.
        segment_map: The names of the RFM segments.
    """

    filters: Filters
    options: RfmOptions
    data: DataState
    segment_map: SegmentMap = DEFAULT_MAP


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What one condition does to a segment.

    Attributes:
        path: Where it stands in the tree: places of parts, outermost first.
        condition: The condition.
        alone: Customers of whom it is true, all else left aside.
        without: Members there would be without it; more than there are, if it loses
            some, fewer if members are in because of it.
    """

    path: Path
    condition: Condition
    alone: int
    without: int


@dataclass(frozen=True, slots=True)
class Preview:
    """
    A segment in figures.

    Attributes:
        customers: Members.
        base: All customers the segment is chosen from.
        orders, revenue: Of the members, of all time.
        year_revenue: Of the twelve months before the snapshot.
        at_risk: year_revenue times the share of customers with the same recency and
            frequency scores who bought nothing in the period after an earlier
            snapshot; None when the past is too short to tell.
        next_days: Length of that period.
        kept: Per condition, in reading order.
        steps: Members left after the first part of the outermost group, the first
            two, and so on; with parts joined by "or" they grow instead.
        coverage: Orders used and left out.
    """

    customers: int
    base: int
    orders: int
    revenue: float
    year_revenue: float
    at_risk: float | None
    next_days: int
    kept: tuple[Kept, ...]
    steps: tuple[int, ...]
    coverage: Coverage

    @property
    def share(self) -> float:
        """Members as a share of the base; 0 of nobody."""
        return self.customers / self.base if self.base else 0.0

    @property
    def average_order_value(self) -> float | None:
        """Revenue per order; None without an order."""
        return self.revenue / self.orders if self.orders else None


def judgement(basis: Basis, tree: Group | None = None) -> Judgement:
    """
    Return what customers are judged by at the snapshot of a basis.

    Args:
        basis: What is asked on.
        tree: Expanded; needed where it has conditions on clusters.

    Raises:
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    scope = Scope.of(basis.filters, net_of_returns=basis.options.net_of_returns)
    at = snapshot_time(basis.data, basis.options.snapshot)
    cuts = cuts_at(scope, at, basis.options)
    clusters = {} if tree is None else clusters_in(warehouse(), tree, at)
    return Judgement(scope, at, cuts, cells_of(basis.segment_map), clusters)


def cells_of(segment_map: SegmentMap) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return the (recency, frequency) scores of each named segment."""
    return {word: segment_map.cells(word) for word in SEGMENTS}


def preview(tree: Group, saved: Mapping[str, Group], basis: Basis) -> Preview:
    """
    Return a segment in figures. One statement asks for all of them.

    Joining the same conditions otherwise, or taking one away and putting it back,
    asks the warehouse nothing new.

    Args:
        tree: The rules, as parsed.
        saved: Trees of the saved segments they refer to, by id.
        basis: What they are asked on.

    Raises:
        RuleError: A saved segment is gone or made of itself.
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    judged = judgement(basis, expand(tree, saved))
    scores = rfm_scores(basis.filters, basis.options, basis.data)
    counts = _Counts(tree, saved, masks_of(tree, saved, judged, scores.expected))
    held = counts.truth(tree)
    rows = counts.frame[held]
    return Preview(
        customers=int(rows["customers"].sum()),
        base=int(counts.frame["customers"].sum()),
        orders=int(rows["orders"].sum()),
        revenue=float(rows["revenue"].sum()),
        year_revenue=float(rows["year_revenue"].sum()),
        at_risk=None if scores.expected is None else float(rows["at_risk"].sum()),
        next_days=basis.options.next_days,
        kept=tuple(_kept(counts, tree)),
        steps=tuple(counts.customers(one) for one in _steps(tree)),
        coverage=scores.coverage,
    )


def masks_of(
    tree: Group, saved: Mapping[str, Group], judged: Judgement, expected: Prospects | None
) -> pd.DataFrame:
    """Return customers per combination of the tree's conditions, remembered by conditions."""
    logic = Logic.of(expand(tree, saved))
    lapse = expected.lapse if expected is not None else ()
    return shared(
        "segment_masks",
        {"conditions": repr(logic.conditions), "judged": repr(judged), "lapse": lapse},
        lambda: segment_masks(warehouse(), logic, judged, lapse),
    )


class _Counts:
    """Rows of `segment_masks`, of which any tree of their conditions can be asked."""

    def __init__(self, tree: Group, saved: Mapping[str, Group], frame: pd.DataFrame) -> None:
        self.saved = saved
        self.frame = frame
        self.places = {
            one: place for place, one in enumerate(Logic.of(expand(tree, saved)).conditions)
        }
        self.masks = frame["mask"].to_numpy(dtype=np.uint64)

    def truth(self, part: Group | Condition) -> Truth:
        """Return for each row whether the part holds."""
        if isinstance(part, Condition):
            if part in self.places:
                bit = np.uint64(1 << self.places[part])
                found: Truth = (self.masks & bit) != 0
                return found
            return self.truth(expand(Group("all", (part,)), self.saved))
        held: Truth = np.full(len(self.masks), part.mode == "all")
        for inner in part.parts:
            held = held & self.truth(inner) if part.mode == "all" else held | self.truth(inner)
        return ~held if part.negated else held

    def customers(self, part: Group | Condition) -> int:
        """Return of how many customers the part holds."""
        return int(self.frame.loc[self.truth(part), "customers"].sum())


def _kept(counts: _Counts, tree: Group) -> Iterator[Kept]:
    for path, condition in paths(tree):
        yield Kept(
            path=path,
            condition=condition,
            alone=counts.customers(condition),
            without=counts.customers(without(tree, path)),
        )


def paths(tree: Group, above: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Yield every condition with its place in the tree, in reading order."""
    for place, part in enumerate(tree.parts):
        if isinstance(part, Group):
            yield from paths(part, (*above, place))
        else:
            yield (*above, place), part


def without(tree: Group, path: Path) -> Group:
    """Return the tree without one part; a group left empty goes with it."""
    first, *rest = path
    parts: list[Group | Condition] = list(tree.parts)
    part = parts[first]
    if rest and isinstance(part, Group):
        left = without(part, tuple(rest))
        parts[first : first + 1] = [left] if left.parts else []
    else:
        del parts[first]
    if not parts:
        return Group("all", ())
    return Group(tree.mode, tuple(parts), tree.negated)


def _steps(tree: Group) -> Iterator[Group]:
    for count in range(1, len(tree.parts) + 1):
        yield Group(tree.mode, tree.parts[:count], tree.negated)
