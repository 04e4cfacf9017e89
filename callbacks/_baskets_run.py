"""Which finished run a page of the Baskets tab shows."""

from __future__ import annotations

from typing import Any

from analytics.errors import AnalysisError
from analytics.reports.baskets_found import run_of
from clickhouse_schema.baskets.results import BasketRun
from clickhouse_schema.errors import WarehouseError

KNOWN = (AnalysisError, WarehouseError)


def shown_run(held: Any) -> BasketRun:
    """
    Return the run a page holds in its store.

    Raises:
        AnalysisError: It shows none, or one of older data.
    """
    if not isinstance(held, dict):
        raise AnalysisError("No rules have been found yet.")
    return run_of(str(held.get("run")))
