"""Statements are kept with the numbers they made."""

from __future__ import annotations

from datetime import date

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.trust import line_counts
from clickhouse_schema.recording import Statement, in_words, recording, replay

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1), countries=("It's",))


def test_a_query_is_recorded(empty_warehouse: Warehouse) -> None:
    """The text and every bound value are kept, without the settings clause."""
    with recording() as statements:
        line_counts(empty_warehouse, MAY)

    (statement,) = statements
    assert statement.name == "line_counts"
    assert "SETTINGS" not in statement.sql
    assert statement.values[:3] == (
        ("start", "2024-05-01"),
        ("end", "2024-06-01"),
        ("countries", '["It\'s"]'),
    )
    assert "known_only" not in dict(statement.values)
    assert statement.text.endswith("-- categories = []\n-- segment = 0")


def test_nothing_is_kept_outside() -> None:
    """Without a recording a replay goes nowhere; inside, the same statement is told once."""
    one = Statement("a", "SELECT 1", ())
    replay([one])
    with recording() as heard:
        replay([one])
        replay([one])

    assert heard == [one]


def test_an_inner_recording_keeps_its_own() -> None:
    """What an inner recording hears reaches the outer one only by replay."""
    one = Statement("a", "SELECT 1", ())
    with recording() as outer:
        with recording() as inner:
            replay([one])
        assert (outer, inner) == ([], [one])


def test_long_values_are_cut() -> None:
    """A list of thousands shows its beginning and length; a line break cannot leave its comment."""
    assert in_words(list(range(1000))) == (
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ... 1000 in all]"
    )
    assert in_words("a\nb") == "a b"
