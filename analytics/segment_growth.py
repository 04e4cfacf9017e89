"""How a segment grew, as a job when there are many months to be judged anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from analytics.jobs import Job, JobQueue, Work, kind
from analytics.reports._warehouse import warehouse
from analytics.reports.segment_filter import named_rules
from analytics.reports.segments import Basis
from analytics.reports.segments_members import growth
from analytics.reports.segments_rfm import RfmOptions
from analytics.reports.shell import ShellFacts, shell_facts
from analytics.saved_segments import SEGMENT, kept_map, kept_tree, kept_trees
from clickhouse_schema.made.reading import current

GROW = "segment_growth"


class TakesLong(Exception):
    """It takes longer than a reader should wait without being told how far it is."""


def usual_basis(facts: ShellFacts) -> Basis:
    """Return what a kept segment is judged on: every order, and the RFM map in use."""
    kept = kept_map(warehouse())
    return Basis(facts.default_filters(), RfmOptions(cuts=kept.cuts), facts.data, kept.map)


def patience(seconds: float) -> Callable[[int, int], None]:
    """
    Return what `growth` is to tell, which raises `TakesLong` when that takes too long.

    The months that were done are remembered, so nothing is done twice.
    """
    end = time.monotonic() + seconds

    def told(done: int, months: int) -> None:
        if done < months and time.monotonic() > end:
            raise TakesLong

    return told


def submit_growth(queue: JobQueue, owner: str, segment: str) -> str:
    """
    Queue the judging of a kept or named segment at every month's end; return the id of its job.

    One that is under way for the same segment is joined.
    """
    about = f"growth:{segment}"
    found: Job | None = queue.latest(about)
    if found is not None and found.state in ("queued", "running"):
        return found.id
    return queue.submit(GROW, owner, {"segment": segment}, about=about)


@kind(GROW)
def grow(work: Work) -> dict[str, Any]:
    """Judge the segment that the job names month by month; each month is remembered."""
    segment = str(work.parameters["segment"])
    named = named_rules().get(segment)
    tree = named[1] if named else kept_tree(current(warehouse(), SEGMENT, segment))

    def told(done: int, months: int) -> None:
        work.told(100 * done / months, f"{done} of {months} months")

    sizes = growth(tree, kept_trees(warehouse()), usual_basis(shell_facts()), told)
    return {"segment": segment, "months": len(sizes)}
