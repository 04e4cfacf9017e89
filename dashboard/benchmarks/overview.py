"""The Overview's queries one by one, and all its data at once."""

from __future__ import annotations

from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._rows import Row
from dashboard.benchmarks._tabs import tab_rows

TITLE = "every query of the Overview, and all its views"


def measure(bench: Bench) -> list[Row]:
    """Return the slowest query, and the whole tab cold and remembered."""
    return tab_rows(bench, "overview")
