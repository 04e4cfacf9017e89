"""Recency, frequency and monetary value: segments of a snapshot, their past and their future."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.rfm import (
    Prospects,
    SegmentMap,
    grid,
    movement,
    prospects,
    segment_table,
)
from analytics.models.rfm_holdout import Holdout, holdout
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.rfm import (
    quintile_cuts,
    rfm_cells,
    rfm_coverage,
    rfm_fine_scores,
    rfm_following_sample,
    rfm_histograms,
    rfm_movement,
    rfm_quantiles,
)
from clickhouse_schema.scoring import Cuts, Scope

MEASURES = ("recency", "frequency", "monetary")
_RECENCY_BINS = 40
_FREQUENCY_BINS = 20
# Steps within a power of ten at which bins of money begin; even on a logarithmic scale.
_MONEY_STEPS = (1, 1.5, 2, 3, 5, 7)


@dataclass(frozen=True, slots=True)
class RfmOptions:
    """
    How customers are scored.

    Attributes:
        snapshot: Day at whose beginning customers are judged, knowing only what was
            before; None: 24 hours after the newest order.
        net_of_returns: Whether returned value is taken off the monetary value.
        cuts: Business cuts; None: the quintiles of the snapshot itself.
        next_days: Length of the period that "next" and the holdout are about.
    """

    snapshot: date | None = None
    net_of_returns: bool = False
    cuts: Cuts | None = None
    next_days: int = 90

    def __post_init__(self) -> None:
        if not 7 <= self.next_days <= 730:
            raise ValueError(f"The next period has 7 to 730 days, not {self.next_days}.")


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    Orders a snapshot rests on. All but `used` are left out: `unknown` name no customer,
    `later` had not been placed, `filtered` are not what the filters keep.
    """

    used: int
    unknown: int
    later: int
    filtered: int


@dataclass(frozen=True, slots=True)
class RfmScores:
    """
    Every known customer scored at one moment.

    Attributes:
        snapshot: The moment, in the account's time zone.
        cuts: Where the scores are cut.
        cells: As `rfm_cells`: customers and sums per (r, f, m).
        customers: In all.
        following: As `rfm_cells` of the snapshot `next_days` earlier, with the period
            between; None when nobody had ordered before that.
        expected: What to expect of each cell, measured in `following`; None without.
        coverage: Orders used and left out.
    """

    snapshot: datetime
    cuts: Cuts
    cells: pd.DataFrame
    customers: int
    following: pd.DataFrame | None
    expected: Prospects | None
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class RfmSegments:
    """
    The named segments of a snapshot.

    Attributes:
        scores: What they are made of.
        table: As `analytics.models.rfm.segment_table`.
        grid: As `analytics.models.rfm.grid`.
    """

    scores: RfmScores
    table: pd.DataFrame
    grid: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Distribution:
    """
    How a measure is spread over customers.

    Attributes:
        measure: One of `MEASURES`.
        edges: Where bins begin, ascending, and where the last ends (inf: open).
        customers: Per bin.
        monetary: Their monetary value in all, per bin.
        cuts: Where the scores are cut.
    """

    measure: str
    edges: tuple[float, ...]
    customers: tuple[int, ...]
    monetary: tuple[float, ...]
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """
    Who went where between two snapshots.

    Attributes:
        earlier, later: The moments.
        table: As `analytics.models.rfm.movement`.
    """

    earlier: datetime
    later: datetime
    table: pd.DataFrame

    def left(self, segment: str) -> pd.DataFrame:
        """Return the rows of those who were in `segment` and are no more, most worth first."""
        gone = self.table[(self.table["before"] == segment) & (self.table["now"] != segment)]
        return gone.sort_values("worth", ascending=False).reset_index(drop=True)


def snapshot_time(data: DataState, day: date | None) -> datetime:
    """
    Return the moment customers are judged at.

    Raises:
        NotEnoughData: Nothing had been ordered before it.
    """
    if data.orders == 0:
        raise NotEnoughData("There are no orders yet. Load your sales first.")
    if day is None:
        return data.newest_at + timedelta(hours=24)
    at = datetime.combine(day, time())
    if at <= data.first_at:
        raise NotEnoughData(
            f"Nothing had been ordered before {day:%-d %B %Y}. Choose a later snapshot."
        )
    return at


def rfm_scores(filters: Filters, options: RfmOptions, data: DataState) -> RfmScores:
    """
    Return every known customer's scores, counted by cell.

    Args:
        filters: Countries, channels and categories restrict which orders count; the
            period does not.
        options: Snapshot, cuts, returns.
        data: What is loaded.

    Raises:
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    scope = Scope.of(filters, net_of_returns=options.net_of_returns)
    at = snapshot_time(data, options.snapshot)
    cuts = cuts_at(scope, at, options)
    cells = _cells(scope, at, cuts)
    following = _following(scope, at, options)
    return RfmScores(
        snapshot=at,
        cuts=cuts,
        cells=cells,
        customers=int(cells["customers"].sum()),
        following=following,
        expected=None if following is None else prospects(following),
        coverage=_coverage(at, int(cells["orders"].sum())),
    )


def rfm_segments(
    filters: Filters, options: RfmOptions, segment_map: SegmentMap, data: DataState
) -> RfmSegments:
    """
    Return the named segments of a snapshot. A repainted map asks the warehouse nothing.

    Raises:
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    scores = rfm_scores(filters, options, data)
    return RfmSegments(
        scores=scores,
        table=segment_table(scores.cells, segment_map, scores.expected),
        grid=grid(scores.cells, segment_map),
    )


def rfm_distributions(
    filters: Filters, options: RfmOptions, data: DataState
) -> tuple[Distribution, ...]:
    """
    Return how recency, frequency and monetary value are spread, with the cuts.

    Raises:
        NotEnoughData: Nobody had ordered before the snapshot, or nobody within the filters.
        WarehouseError: The warehouse could not answer.
    """
    scope = Scope.of(filters, net_of_returns=options.net_of_returns)
    at = snapshot_time(data, options.snapshot)
    quantiles = _quantiles(scope, at)
    cuts = cuts_at(scope, at, options)
    edges = {measure: _edges(measure, quantiles) for measure in MEASURES}
    frame = shared(
        "rfm_histograms",
        {"scope": scope, "at": at, "edges": edges},
        lambda: rfm_histograms(warehouse(), scope, at, edges),
    )
    return tuple(_distribution(frame, measure, edges[measure], cuts) for measure in MEASURES)


def rfm_movements(
    filters: Filters,
    options: RfmOptions,
    earlier: date,
    segment_map: SegmentMap,
    data: DataState,
) -> Moved:
    """
    Return who went from which segment to which, from `earlier` to the options' snapshot.

    Raises:
        NotEnoughData: A snapshot knows no order, or they are not in order.
        WarehouseError: The warehouse could not answer.
    """
    scope = Scope.of(filters, net_of_returns=options.net_of_returns)
    first, last = snapshot_time(data, earlier), snapshot_time(data, options.snapshot)
    if first >= last:
        raise NotEnoughData("The earlier snapshot must be before the later one.")
    before = (first, cuts_at(scope, first, options))
    now = (last, cuts_at(scope, last, options))
    frame = shared(
        "rfm_movement",
        {"scope": scope, "before": before, "now": now},
        lambda: rfm_movement(warehouse(), scope, before, now),
    )
    return Moved(first, last, movement(frame, segment_map, segment_map))


def rfm_holdout(
    filters: Filters, options: RfmOptions, segment_map: SegmentMap, data: DataState
) -> Holdout:
    """
    Return whether segments named `next_days` before the snapshot kept their promise until it.

    Raises:
        NotEnoughData: Nobody had ordered that early.
        WarehouseError: The warehouse could not answer.
    """
    scope = Scope.of(filters, net_of_returns=options.net_of_returns)
    at = snapshot_time(data, options.snapshot)
    following = _following(scope, at, options)
    if following is None:
        raise NotEnoughData(
            f"Nobody had ordered {options.next_days} days before the snapshot. "
            "Choose a later snapshot or a shorter period."
        )
    first = at - timedelta(days=options.next_days)
    cuts = cuts_at(scope, first, options)
    asked = {"scope": scope, "first": first, "at": at}
    places = shared(
        "rfm_fine_scores", asked, lambda: rfm_fine_scores(warehouse(), scope, first, at)
    )
    sample = shared(
        "rfm_following_sample",
        asked | {"cuts": cuts},
        lambda: rfm_following_sample(warehouse(), scope, first, cuts, at),
    )
    return holdout(following, places, sample, segment_map)


def _quantiles(scope: Scope, at: datetime) -> pd.DataFrame:
    frame = shared(
        "rfm_quantiles",
        {"scope": scope, "at": at},
        lambda: rfm_quantiles(warehouse(), scope, at),
    )
    if frame.empty:
        raise NotEnoughData("Nobody ordered that before the snapshot. Widen the filters.")
    return frame


def cuts_at(scope: Scope, at: datetime, options: RfmOptions) -> Cuts:
    """
    Return the business cuts of the options, or the quintiles of that moment, remembered.

    Raises:
        NotEnoughData: Nobody had ordered before it, or nobody within the scope.
        WarehouseError: The warehouse could not answer.
    """
    quantiles = _quantiles(scope, at)
    return options.cuts or quintile_cuts(quantiles)


def _cells(scope: Scope, at: datetime, cuts: Cuts, until: datetime | None = None) -> pd.DataFrame:
    return shared(
        "rfm_cells",
        {"scope": scope, "at": at, "cuts": cuts, "until": until},
        lambda: rfm_cells(warehouse(), scope, at, cuts, until),
    )


def _following(scope: Scope, at: datetime, options: RfmOptions) -> pd.DataFrame | None:
    first = at - timedelta(days=options.next_days)
    try:
        cuts = cuts_at(scope, first, options)
    except NotEnoughData:
        return None
    return _cells(scope, first, cuts, at)


def _coverage(at: datetime, used: int) -> Coverage:
    row = shared("rfm_coverage", {"at": at}, lambda: rfm_coverage(warehouse(), at)).iloc[0]
    unknown, later = int(row["unknown"]), int(row["later"])
    filtered = max(0, int(row["orders"]) - unknown - later - used)
    return Coverage(used=used, unknown=unknown, later=later, filtered=filtered)


def _edges(measure: str, quantiles: pd.DataFrame) -> list[float]:
    """Return where bins begin: days in equal steps, orders one by one, money by ratios."""
    rows = quantiles[quantiles["measure"] == measure].set_index("level")["value"]
    low, usual, high = float(rows[0.0]), float(rows[0.99]), float(rows[1.0])
    if measure == "recency":
        step = max(1, math.ceil((high + 1) / _RECENCY_BINS))
        return [float(edge) for edge in range(0, int(high) + 1, step)]
    if measure == "frequency":
        return [float(n) for n in range(1, max(2, min(_FREQUENCY_BINS, math.ceil(usual))) + 1)]
    first = math.floor(math.log10(max(1.0, low)))
    last = math.ceil(math.log10(max(10.0, usual)))
    steps = [power * step for power in _powers(first, last) for step in _MONEY_STEPS]
    edges = [edge for edge in steps if edge <= max(usual, 10.0)]
    return [min(0.0, low), *edges]


def _powers(first: int, last: int) -> list[float]:
    return [10.0**power for power in range(first, last + 1)]


def _distribution(
    frame: pd.DataFrame, measure: str, edges: list[float], cuts: Cuts
) -> Distribution:
    rows = frame[frame["measure"] == measure].set_index("bin")
    rows = rows[["customers", "amount"]].reindex(range(len(edges)), fill_value=0)
    end = math.inf if measure != "recency" else edges[-1] + (edges[1] if len(edges) > 1 else 1)
    return Distribution(
        measure=measure,
        edges=(*edges, end),
        customers=tuple(int(count) for count in rows["customers"]),
        monetary=tuple(float(amount) for amount in rows["amount"]),
        cuts=tuple(getattr(cuts, measure)),
    )
