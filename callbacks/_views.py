"""Runs a tile's question and returns its finished answer, remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from dash import no_update, set_props

from analytics.errors import AnalysisError
from analytics.reports._cache import current_version, remembered
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks._errors import notify, tell_failure
from callbacks._inputs import Question, read_question
from clickhouse_schema.asking import asking
from clickhouse_schema.errors import (
    InvalidThing,
    QueryCancelled,
    UnknownThing,
    WarehouseError,
)
from clickhouse_schema.filters import Filters
from layouts.ids import Shell
from layouts.tabs import TABS


class View(Protocol):
    """Anything of `layouts.views`."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""


def finished_view(
    name: str, raw: Any, build: Callable[[Filters, ShellFacts], View], **options: Any
) -> Any:
    """
    Answer the question of one tile.

    Args:
        name: Of the tile; also of the remembered answer.
        raw: What the tile's gate carries; None before it was ever set.
        build: Makes the view from the filters and the facts of the data.
        **options: What else the answer depends on: switches of the tile. They
            are passed to `build` and are part of the key.

    Returns:
        The view as a dict; `no_update` if the reader has moved on.
    """
    answer = finished_views(name, raw, lambda *given, **kept: [build(*given, **kept)], **options)
    return answer if answer is no_update else answer[0]


def finished_views(
    name: str,
    raw: Any,
    build: Callable[..., Sequence[View]],
    *,
    count: int = 1,
    **options: Any,
) -> Any:
    """
    Answer the question of several tiles that are computed together.

    As `finished_view`, with a list of `count` views.
    """
    if raw is None:
        return no_update if count == 1 else [no_update] * count
    try:
        facts = shell_facts()
        question = read_question(raw, name, facts)
        for sentence in question.mended:
            notify(sentence, kind="warning")
        with asking(question.asking):
            filters = narrowed(question, name)
            views: list[dict[str, Any]] = remembered(
                name,
                {"filters": filters, "options": options},
                lambda: [view.to_dict() for view in build(filters, facts, **options)],
            )
        version = current_version()
        return [{**view, "version": version} for view in views]
    except QueryCancelled:
        return no_update if count == 1 else [no_update] * count
    except (AnalysisError, WarehouseError) as error:
        return [tell_failure(name, error)] * count


def narrowed(question: Question, name: str) -> Filters:
    """
    Return the filters of a question, narrowed to the customers of its segment.

    A segment that cannot be used is taken out of the filter bar, with a notice, and everybody
    is shown. Tabs that are of everybody are not narrowed.

    Args:
        question: What a tile is asked.
        name: Of the tile.

    Raises:
        AnalysisError, WarehouseError: The members could not be found.
    """
    everybody = any(tab.of_everybody for tab in TABS if tab.word == name.partition("-")[0])
    if not question.segment or everybody:
        return question.filters
    try:
        return replace(question.filters, segment=chosen_segment(question.segment))
    except (UnknownThing, InvalidThing) as error:
        notify(f"{error} All customers are shown.", head="The segment filter", kind="warning")
        set_props(Shell.CUSTOMERS, {"value": "all"})
        return question.filters
