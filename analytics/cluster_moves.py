"""
Who is where in two groupings: at once for few customers, as a job for many.

Both groupings are asked of the newest data, so that customers, not days, are compared.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from analytics.cluster_members import GROUPING, model_of
from analytics.cluster_models import population_at
from analytics.jobs import Job, JobQueue, Work, kind
from analytics.reports._cache import already, current_version
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.segments_rfm import snapshot_time
from analytics.reports.shell import ShellFacts, shell_facts
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.things import Made
from clickhouse_schema.queries.clusters import cluster_moves

COMPARE = "compare_clusters"
_AT_ONCE = 300_000  # customers of both together: a second of work


def moves_between(first: Made, second: Made, facts: ShellFacts) -> pd.DataFrame:
    """
    Return who is where in two groupings, both asked of the newest data.

    Returns:
        As `cluster_moves`: `before`, `now` (0: not placed), `customers`, `revenue`.

    Raises:
        UnknownThing: A segment they were found in is gone.
        WarehouseError: The warehouse could not answer.
    """
    pair = _asked_of(first, second, facts)
    found: pd.DataFrame = shared(
        "cluster_moves",
        _key(first, second, pair),
        lambda: cluster_moves(warehouse(), pair[0], pair[1]),
    )
    return found


def takes_long(first: Made, second: Made, facts: ShellFacts) -> bool:
    """
    Return whether comparing two groupings is long work that nobody has done yet.

    Raises:
        UnknownThing: A segment they were found in is gone.
        WarehouseError: The warehouse could not answer.
    """
    if customers_of(first) + customers_of(second) <= _AT_ONCE:
        return False
    return already("cluster_moves", _key(first, second, _asked_of(first, second, facts))) is None


def customers_of(made: Made) -> int:
    """Return how many customers a grouping was found in."""
    return sum(int(one["customers"]) for one in made.body["clusters"])


def submit_moves(queue: JobQueue, first: Made, second: Made, owner: str) -> str:
    """Queue the comparison and return its job; that of somebody who asked for the same."""
    text = f"{first.id}:{second.id}:{current_version()}"
    job = f"moves-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return queue.submit_once(job, COMPARE, owner, {"first": first.id, "second": second.id})


@kind(COMPARE)
def compare(work: Work) -> dict[str, Any]:
    """
    Compare two groupings; the answer is then remembered.

    Raises:
        UnknownThing: One of them is gone, or a segment they were found in.
        WarehouseError: The warehouse could not answer.
    """
    work.told(2, "Reading both groupings")
    first, second = (
        current(warehouse(), GROUPING, str(work.parameters[word])) for word in ("first", "second")
    )
    many = max(customers_of(first), customers_of(second))
    work.told(10, f"Placing {many:,} customers by both groupings")
    moves_between(first, second, shell_facts())
    return {"first": first.id, "second": second.id}


def told_of(job: Job | None) -> str:
    """Return why a comparison that is over shows nothing; empty if it does."""
    if job is None or job.state == "cancelled":
        return "Stopped. Choose a grouping to compare again."
    return job.error


def _asked_of(first: Made, second: Made, facts: ShellFacts) -> list[Any]:
    at = snapshot_time(facts.data, None)
    return [(model_of(made.body), population_at(made.body, at)) for made in (first, second)]


def _key(first: Made, second: Made, pair: list[Any]) -> dict[str, Any]:
    return {"ids": [first.id, second.id], "asked": repr(pair)}
