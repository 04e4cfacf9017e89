"""The grouping a page shows, and its tiles' views, remembered: a kept grouping never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import no_update

from analytics.cluster_members import GROUPING, kept_groupings
from analytics.cluster_models import in_use
from analytics.errors import AnalysisError
from analytics.jobs import queue
from analytics.reports._cache import remembered
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks._errors import tell_failure
from clickhouse_schema.errors import QueryCancelled, WarehouseError
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.things import Made
from clickhouse_schema.rules.tree import RuleError
from layouts.views import ChartView

KNOWN = (RuleError, AnalysisError, WarehouseError)


def first_shown() -> dict[str, str]:
    """Return the grouping a page begins with: the one in use, else the last found."""
    used = in_use(warehouse())
    if used is None:
        kept = kept_groupings(warehouse())
        used = kept[0].id if kept else None
    return {"id": used or ""}


def shown_id(found: Any) -> str:
    """Return the id of the grouping a page shows; empty for none."""
    return str(found.get("id") or "")[:64] if isinstance(found, dict) else ""


def grouping(found: Any) -> Made | None:
    """
    Return the grouping a page shows; None when there is none.

    Raises:
        UnknownThing: It is gone.
        WarehouseError: The warehouse could not answer.
    """
    id_ = shown_id(found)
    return current(warehouse(), GROUPING, id_) if id_ else None


def stop_job(clicks: Any, held: Any) -> Any:
    """Stop the job a page follows, and return what to say of it."""
    if not clicks or not isinstance(held, dict):
        return no_update
    try:
        queue().cancel(str(held.get("id"))[:64])
    except KNOWN as error:
        return str(error)
    return "Stopping …"


def tile_view(
    name: str, found: Any, question: Any, build: Callable[[Any, ShellFacts], ChartView]
) -> Any:
    """Return a tile's view of the grouping that is shown."""
    if question is None:
        return no_update
    try:
        held = found if shown_id(found) else first_shown()
        if not held["id"]:
            return no_update
        facts = shell_facts()
        view: dict[str, Any] = remembered(
            name, {"grouping": held["id"]}, lambda: build(_body(held), facts).to_dict()
        )
        return {**view, "version": facts.version}
    except QueryCancelled:
        return no_update
    except KNOWN as error:
        return tell_failure(name, error)


def _body(held: dict[str, str]) -> Any:
    return current(warehouse(), GROUPING, held["id"]).body
