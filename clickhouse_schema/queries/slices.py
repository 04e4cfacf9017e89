"""The values every query of the Overview binds: a slice, and the one it is compared with."""

from __future__ import annotations

from datetime import date
from typing import Any

from clickhouse_schema.filters import Filters

# A period without a day: a query of two periods asked for one.
NEVER = date(1970, 1, 1)


def both_periods(filters: Filters, before: Filters | None) -> dict[str, Any]:
    """
    Return what is bound to a query that reads a period and its comparison in one scan.

    Args:
        filters: The slice.
        before: The same slice in the comparison period; None when there is none.
    """
    return {
        **filters.as_params(),
        "before_start": before.start if before else NEVER,
        "before_end": before.end if before else NEVER,
    }
