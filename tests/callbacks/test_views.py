"""Questions become remembered answers, and errors become words with a reference."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from dash import no_update
from flask import Flask

from analytics.errors import NotEnoughData
from analytics.reports import _cache
from analytics.reports.shell import ShellFacts
from callbacks import _errors, _views
from clickhouse_schema.errors import QueryCancelled, QueryTooHeavy, UnknownThing
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.queries.loads import DataState

STATE = DataState(
    orders=1,
    first_at=datetime(2024, 1, 1),
    newest_at=datetime(2024, 12, 31),
    is_sample=False,
    currency="EUR",
    time_zone="UTC",
    loaded_at=datetime(2025, 1, 1),
)
FACTS = ShellFacts(7, STATE, (), (), ())
QUESTION = {"filters": {"start": "2024-06-01", "end": "2024-07-01"}}


@dataclass
class Sentence:
    """The smallest view."""

    text: str

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Notices the reader was shown; answers remembered in memory; the data at version 7."""
    notices: list[dict[str, Any]] = []
    monkeypatch.setattr(_errors, "set_props", lambda _id, props: notices.append(props["data"]))
    monkeypatch.setattr(_views, "shell_facts", lambda: FACTS)
    monkeypatch.setattr(_views, "current_version", lambda: 7)
    monkeypatch.setattr(_cache, "current_version", lambda: 7)
    server = Flask("test")
    _cache.cache.init_app(server, config={"CACHE_TYPE": "SimpleCache"})
    _cache.cache.clear()
    return notices


def test_an_answer_is_built_once_and_carries_the_data_version(told: list[Any]) -> None:
    """The second reader of the same question pays only a cache read."""
    built: list[Filters] = []

    def build(filters: Filters, _facts: ShellFacts) -> Sentence:
        built.append(filters)
        return Sentence("yes")

    answers = [_views.finished_view("t-x", QUESTION, build) for _ in range(2)]

    assert answers == [{"text": "yes", "version": 7}] * 2
    assert built == [Filters(date(2024, 6, 1), date(2024, 7, 1))]
    assert told == []


def test_switches_are_part_of_the_question(told: list[Any]) -> None:
    """Another switch is another answer."""

    def build(_filters: Filters, _facts: ShellFacts, *, by: str) -> Sentence:
        return Sentence(by)

    answers = [_views.finished_view("t-y", QUESTION, build, by=by) for by in ("a", "b", "a")]

    assert [answer["text"] for answer in answers] == ["a", "b", "a"]


def test_several_tiles_are_answered_together(told: list[Any]) -> None:
    """One computation, a list of views in order."""
    answers = _views.finished_views(
        "t-z", QUESTION, lambda _f, _x: [Sentence("1"), Sentence("2")], count=2
    )

    assert [answer["text"] for answer in answers] == ["1", "2"]


@pytest.mark.parametrize("error", [QueryTooHeavy("Too much."), NotEnoughData("Too little.")])
def test_a_known_error_is_words_with_the_reference_of_the_log(
    told: list[dict[str, Any]], caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The reader and the operator see the same reference."""

    def build(_filters: Filters, _facts: ShellFacts) -> Sentence:
        raise error

    with caplog.at_level(logging.WARNING, logger="clientele.reader"):
        answer = _views.finished_view("t-error", QUESTION, build)

    reference = caplog.records[-1].fields["reference"]  # type: ignore[attr-defined]
    assert answer["failed"].startswith(str(error))
    assert reference in answer["failed"]
    assert reference in told[0]["body"]


def test_who_moved_on_is_told_nothing(told: list[Any]) -> None:
    """A cancelled question leaves the page as it is."""

    def build(_filters: Filters, _facts: ShellFacts) -> Sentence:
        raise QueryCancelled("moved on")

    assert _views.finished_view("t-cancel", QUESTION, build) is no_update
    assert told == []


def test_a_gate_that_was_never_set_asks_nothing(told: list[Any]) -> None:
    """Before the filters are known there is no question."""
    assert _views.finished_view("t-none", None, lambda _f, _x: Sentence("no")) is no_update


def test_what_had_to_be_mended_is_told(told: list[dict[str, Any]]) -> None:
    """A forged store gets the usual period and a sentence."""
    answer = _views.finished_view(
        "t-mended", {"filters": {"start": 5}}, lambda filters, _x: Sentence(str(filters.start))
    )

    assert answer["text"] == "2024-01-01"
    assert "usual period" in told[0]["body"]


WITH_SEGMENT = {"filters": {**QUESTION["filters"], "segment": "0123456789abcdef"}}


def test_a_segment_that_is_gone_is_taken_out_of_the_filter_bar(
    told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Archived while the page stood open: a notice, no chip that lies, and everybody's figures."""
    put: list[tuple[Any, Any]] = []
    monkeypatch.setattr(_views, "set_props", lambda id_, props: put.append((id_, props)))

    def gone(word: str) -> ChosenSegment:
        raise UnknownThing("The segment “Often” is in the archive.")

    monkeypatch.setattr(_views, "chosen_segment", gone)

    answer = _views.finished_view(
        "overview-x", WITH_SEGMENT, lambda filters, _x: Sentence(str(filters.segment))
    )

    assert answer["text"] == "None"
    assert told[0]["body"] == "The segment “Often” is in the archive. All customers are shown."
    assert put == [("shell-customers", {"value": "all"})]


def test_a_segment_narrows_the_filters_but_of_tabs_that_show_everybody(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view is built, and remembered, of its customers; the Segments tab stays whole."""
    often = ChosenSegment(5, "0123456789abcdef", "Often", datetime(2025, 1, 1), 12)
    monkeypatch.setattr(_views, "chosen_segment", lambda word: often)

    def build(filters: Filters, _facts: ShellFacts) -> Sentence:
        return Sentence(filters.segment.name if filters.segment else "everybody")

    found = [
        _views.finished_view(name, question, build)["text"]
        for name in ("overview-y", "segments-y")
        for question in (WITH_SEGMENT, QUESTION)
    ]

    assert found == ["Often", "everybody", "everybody", "everybody"]
