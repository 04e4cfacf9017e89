"""Stopping the job that a page follows."""

from __future__ import annotations

from typing import Any

from analytics.errors import AnalysisError
from analytics.jobs import queue
from callbacks._errors import tell_failure
from clickhouse_schema.errors import WarehouseError


def stop_held(clicks: Any, held: Any, name: str, *kinds: str) -> bool:
    """
    Stop the job a page holds, if it is of one of some kinds, and leave the button usable.

    Args:
        clicks: Of the button; nothing is done without one.
        held: What the page's store has: `{"job": id}`, or anything else.
        name: Of the tile a failure is told of.
        kinds: Of job that this page begins.
    """
    id_ = str(held.get("job"))[:64] if isinstance(held, dict) else ""
    try:
        job = queue().find(id_) if clicks and id_ else None
        if job is not None and job.kind in kinds:
            queue().cancel(job.id)
    except (AnalysisError, WarehouseError) as error:
        tell_failure(name, error)
    return False
