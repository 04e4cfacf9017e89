"""How customers are scored: which orders count, and where the scores are cut."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Self

from clickhouse_schema.filters import Filters

# What a whole unit of money is in the amounts the statements add up.
TEN_THOUSANDTHS = 10_000
CUTS_PER_MEASURE = 4
MOST_CUT = 1e12


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Which orders count when customers are judged. The period of the filters does not: a
    customer's history reaches from the first order to the snapshot.

    Attributes:
        countries, channels, categories: Names as loaded, sorted; empty keeps all.
        net_of_returns: Whether returned value is taken off a customer's monetary value.
        segment: Set of the customers that count, as `ChosenSegment.set_id`; 0 for everybody.
    """

    countries: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    net_of_returns: bool = False
    segment: int = 0

    @classmethod
    def of(cls, filters: Filters, *, net_of_returns: bool = False) -> Self:
        """Return what `filters` keep."""
        segment = 0 if filters.segment is None else filters.segment.set_id
        return cls(filters.countries, filters.channels, filters.categories, net_of_returns, segment)

    def as_params(self, snapshot: datetime, until: datetime | None = None) -> dict[str, Any]:
        """
        Return what is bound to a statement that reads `rfm_customers` or `counted_orders`.

        Args:
            snapshot: Only orders before it are known.
            until: Where what followed ends; the snapshot itself if nothing did.
        """
        return {
            "countries": list(self.countries),
            "channels": list(self.channels),
            "categories": list(self.categories),
            "net_of_returns": int(self.net_of_returns),
            "returns": int(self.net_of_returns),
            "segment": self.segment,
            "snapshot": snapshot,
            "until": until or snapshot,
        }


@dataclass(frozen=True, slots=True)
class Cuts:
    """
    The values that divide customers into scores of 1 to 5, four for each measure, ascending.

    A score is 1 + the number of cuts strictly below the value; recency counts the other way,
    5 - that number, since a long time without an order is bad.

    Attributes:
        recency: Whole days since the last order.
        frequency: Orders.
        monetary: Account currency.

    Raises:
        ValueError: Not four numbers in ascending order; the sentence says which.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]

    def __post_init__(self) -> None:
        for measure in ("recency", "frequency", "monetary"):
            object.__setattr__(self, measure, _checked(measure, getattr(self, measure)))

    def as_params(self, prefix: str = "") -> dict[str, list[float]]:
        """Return what is bound to the `{prefix}..._cuts` slots."""
        # The statements compare whole ten-thousandths; a tenth of one is finer than any cut.
        monetary = [round(cut * TEN_THOUSANDTHS, 1) for cut in self.monetary]
        return {
            f"{prefix}recency_cuts": list(self.recency),
            f"{prefix}frequency_cuts": list(self.frequency),
            f"{prefix}monetary_cuts": monetary,
        }


def _checked(measure: str, given: Iterable[float]) -> tuple[float, ...]:
    try:
        cuts = tuple(float(cut) for cut in given)
    except (TypeError, ValueError):
        raise ValueError(f"The cuts of {measure} must be numbers.") from None
    if len(cuts) != CUTS_PER_MEASURE:
        raise ValueError(f"{measure.capitalize()} needs four cuts, not {len(cuts)}.")
    for cut in cuts:
        if not math.isfinite(cut) or abs(cut) > MOST_CUT:
            raise ValueError(f"{cut:g} cannot be a cut of {measure}.")
    if any(high < low for low, high in pairwise(cuts)):
        raise ValueError(f"The cuts of {measure} must ascend: {', '.join(f'{c:g}' for c in cuts)}.")
    return cuts
