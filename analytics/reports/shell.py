"""What the frame around the tabs needs to know of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.reports._cache import current_version, remembered
from analytics.reports._warehouse import warehouse
from clickhouse_schema.filters import Filters, year_back
from clickhouse_schema.queries.dimensions import dimension_values
from clickhouse_schema.queries.loads import DataState, data_state


@dataclass(frozen=True, slots=True)
class ShellFacts:
    """
    What there is to look at, and by what it can be filtered.

    Attributes:
        version: Data version these facts belong to.
        data: Extent, currency and time zone of the data.
        countries, channels, categories: As loaded, the largest revenue first.
    """

    version: int
    data: DataState
    countries: tuple[str, ...]
    channels: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is loaded."""
        return self.data.orders == 0

    def default_filters(self) -> Filters:
        """Return the last twelve months, or everything if there is less."""
        end = self.data.today
        start = max(self.data.first_day, year_back(end))
        return Filters(start=min(start, self.data.newest_at.date()), end=end)


def shell_facts() -> ShellFacts:
    """Return what is loaded now."""
    facts = remembered("shell_facts", {}, _compute)
    return replace(facts, version=current_version())


def _compute() -> ShellFacts:
    values = dimension_values(warehouse())
    found = {
        dimension: tuple(values.loc[values["dimension"] == dimension, "value"])
        for dimension in ("country", "channel", "category")
    }
    return ShellFacts(
        version=0,
        data=data_state(warehouse()),
        countries=found["country"],
        channels=found["channel"],
        categories=found["category"],
    )
