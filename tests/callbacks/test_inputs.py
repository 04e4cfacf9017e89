"""Whatever a browser sends becomes usable filters, with words for what could not be used."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.shell import ShellFacts
from callbacks._inputs import read_filters, read_question
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState

FACTS = ShellFacts(
    version=3,
    data=DataState(
        orders=10,
        first_at=datetime(2024, 1, 5, 9),
        newest_at=datetime(2025, 11, 30, 20),
        is_sample=False,
        currency="EUR",
        time_zone="UTC",
        loaded_at=datetime(2025, 12, 1),
    ),
    countries=("DE", "FR"),
    channels=("Web",),
    categories=(),
)
USUAL = Filters(start=date(2024, 12, 1), end=date(2025, 12, 1))
GOOD = {
    "start": "2025-01-01",
    "end": "2025-02-01",
    "countries": ["FR", "DE", "FR"],
    "channels": [],
    "categories": ["Home"],
    "known_only": True,
    "compare": "year",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
DAYS = st.one_of(
    st.dates().map(str),
    st.sampled_from(["2025-02-30", "0000-00-00", "9999-12-31", "1970-01-01"]),
    JSON,
)


def test_what_the_page_sends_is_read_as_sent() -> None:
    """Names are sorted and doubled ones dropped, so that equal filters are one key."""
    filters, mended = read_filters(GOOD, FACTS)

    assert filters == Filters(
        start=date(2025, 1, 1),
        end=date(2025, 2, 1),
        countries=("DE", "FR"),
        categories=("Home",),
        known_only=True,
        compare="year",
    )
    assert mended == ()


@pytest.mark.parametrize("days", [("2025-02-01", "2025-02-01"), ("x", "2025-02-01"), (None, 7)])
def test_unusable_days_fall_back_to_the_usual_period_with_words(days: tuple[Any, Any]) -> None:
    """An end not after its start, or no day at all, shows the last twelve months."""
    filters, mended = read_filters({**GOOD, "start": days[0], "end": days[1]}, FACTS)

    assert (filters.start, filters.end) == (USUAL.start, USUAL.end)
    assert len(mended) == 1


def test_names_that_are_no_text_are_left_out_with_words() -> None:
    """Numbers, NUL characters, half characters and endless names cannot be countries."""
    names = ["DE", 5, "a\x00b", "\ud800", "x" * 201]

    filters, mended = read_filters({**GOOD, "countries": names}, FACTS)

    assert filters.countries == ("DE",)
    assert mended == ("Some countries could not be read and were left out.",)


def test_a_segment_is_a_plain_word() -> None:
    """What can be a segment's id is looked up; anything else is left out with words."""
    for word in ("rfm-champions", "0123456789abcdef"):
        assert read_question({"filters": {"segment": word}}, "overview-x", FACTS).segment == word
    for word in ("x' OR 1", "UPPER", "a" * 65, "a\n", 5, ["a"]):
        question = read_question({"filters": {**GOOD, "segment": word}}, "overview-x", FACTS)
        assert question.segment == ""
        assert question.mended == ("The segment could not be read; all customers are shown.",)


def test_a_hostile_reader_name_is_nobody() -> None:
    """Who asks becomes part of a statement's tag: only plain words may."""
    raw = {"filters": GOOD, "reader": "x' OR 1 --", "number": 1}

    assert read_question(raw, "overview-kpis", FACTS).asking is None


def test_a_plain_reader_is_known() -> None:
    """The tag tells the reader, the view and the number of the question."""
    question = read_question({"filters": GOOD, "reader": "ab12", "number": 7}, "overview-x", FACTS)

    assert question.asking is not None
    assert question.asking.tag == "reader=ab12 view=overview-x number=7"


@settings(max_examples=500, deadline=None)
@given(
    raw=JSON
    | st.fixed_dictionaries(
        {},
        optional={
            "filters": st.fixed_dictionaries(
                {},
                optional={
                    "start": DAYS,
                    "end": DAYS,
                    "countries": JSON,
                    "channels": st.lists(JSON, max_size=5),
                    "categories": JSON,
                    "known_only": JSON,
                    "compare": JSON,
                    "segment": JSON | st.sampled_from(["rfm-champions", "x\n", "a" * 65]),
                },
            )
            | JSON,
            "reader": JSON,
            "number": JSON,
        },
    )
)
def test_anything_becomes_a_question(raw: Any) -> None:
    """No store, however forged, raises; what comes out can always be bound and compared."""
    question = read_question(raw, "overview-kpis", FACTS)

    assert question.filters.end > question.filters.start
    assert all(isinstance(name, str) for name in question.filters.countries)
    assert question.segment == "" or re.fullmatch("[a-z0-9_-]{1,64}", question.segment)
    question.filters.compared()
    hash(question.filters)
