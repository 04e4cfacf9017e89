"""What the Products tab is asked, as the browser sends it: checked, typed, hashable."""

from __future__ import annotations

from typing import Any, get_args

from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports.products import Options, Value


def read_options(raw: Any) -> Options:
    """
    Return how products are to be classified; what cannot be used falls back to the usual.

    Args:
        raw: `{"by", "step", "demand", "zeros", "season", "cuts": [a, b, x, y]}`.
    """
    held = raw if isinstance(raw, dict) else {}
    by: Value = next((one for one in get_args(Value) if one == held.get("by")), "revenue")
    return Options(
        by=by,
        step="week" if held.get("step") == "week" else "month",
        in_money=held.get("demand") == "revenue",
        zeros=held.get("zeros") != "left",
        season=held.get("season") == "taken",
        cuts=read_cuts(held.get("cuts")),
    )


def read_cuts(raw: Any) -> Cuts:
    """Return cuts, or the usual ones for what are none."""
    if not isinstance(raw, list) or len(raw) != 4 or any(type(one) is not int for one in raw):
        return Cuts()
    try:
        return Cuts(*raw)
    except ValueError:
        return Cuts()


def read_cell(raw: Any) -> str | None:
    """Return the cell that is chosen; None for all products."""
    return raw if raw in CELLS else None
