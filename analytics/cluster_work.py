"""Finding groups as a job of the queue: one computation per question, however many ask."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from analytics.cluster_models import grouping_id, keep
from analytics.errors import NotEnoughData
from analytics.jobs import Job, JobQueue, Work, kind
from analytics.reports._cache import current_version, remembered
from analytics.reports._warehouse import warehouse
from analytics.reports.clusters import Asked, find_clusters
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.shell import shell_facts
from clickhouse_schema.filters import Filters
from clickhouse_schema.made.things import Author

FIND = "find_clusters"


def submit_clusters(queue: JobQueue, asked: Asked, segment: str, author: str) -> str:
    """
    Queue a question and return its job; that of somebody who asked the same just before.

    Args:
        queue: Where to.
        asked: The question; its filters not narrowed to a segment.
        segment: Word of the segment it is narrowed to; empty for none.
        author: Who asks.
    """
    question = _question(asked, segment)
    about = f"clusters:{grouping_id({**question, 'version': current_version()})}"
    held = queue.latest(about)
    if held is not None and held.state in ("queued", "running") and not queue.cancelled(held.id):
        return held.id
    return queue.submit(FIND, author, question, about)


def _question(asked: Asked, segment: str) -> dict[str, Any]:
    filters = asked.filters
    return {
        "about": asked.about,
        "own": list(asked.own),
        "seed": asked.seed,
        "segment": segment,
        "start": filters.start.isoformat(),
        "end": filters.end.isoformat(),
        "countries": list(filters.countries),
        "channels": list(filters.channels),
        "categories": list(filters.categories),
    }


@kind(FIND)
def find(work: Work) -> dict[str, Any]:
    """
    Find groups and keep them; the answer names them.

    Raises:
        NotEnoughData: Too few customers, or nothing tells them apart.
        WarehouseError: The warehouse could not answer.
    """
    question = dict(work.parameters)
    facts = shell_facts()
    filters = Filters(
        date.fromisoformat(question["start"]), date.fromisoformat(question["end"]),
        tuple(question["countries"]), tuple(question["channels"]), tuple(question["categories"]),
    )  # fmt: skip
    if facts.empty:
        raise NotEnoughData("Nothing is loaded yet. Load a file of order lines first.")
    if question["segment"]:
        work.told(1, "Finding the members of the segment")
        filters = replace(filters, segment=chosen_segment(question["segment"]))
    asked = Asked(question["about"], tuple(question["own"]), filters, int(question["seed"]))
    work.told(2, "Reading customers")
    body = remembered(
        "clusters_found",
        {"asked": asdict(asked)},
        lambda: find_clusters(asked, facts, lambda share, what: work.told(99 * share, what)),
    )
    work.told(99, "Keeping the groups")
    id_ = grouping_id({**question, "version": body["data_version"]})
    made = keep(warehouse(), id_, body, Author.of(work.job.owner))
    return {"grouping": made.id, "clear": bool(body["clear"])}


def is_over(job: Job | None) -> bool:
    """Return whether nothing more is to be waited for."""
    return job is None or job.state in ("done", "failed", "cancelled")
