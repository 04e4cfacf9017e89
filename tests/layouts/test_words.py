"""Sentences about numbers."""

from __future__ import annotations

from datetime import date

import pytest

from layouts.words import (
    comparison,
    joined,
    leader,
    nothing_sold,
    only_one,
    revenue_moved,
    what_changed,
)

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("days", "short", "long"),
    [
        (("2024-05-01", "2024-06-01", "2024-04-01", "2024-05-01"), "vs Apr 2024", "Apr 2024"),
        (
            ("2024-04-01", "2024-07-01", "2024-01-01", "2024-04-01"),
            "vs 3 months before",
            "the 3 months before",
        ),
        (
            ("2024-05-02", "2024-05-12", "2024-04-22", "2024-05-02"),
            "vs 10 days before",
            "the 10 days before",
        ),
        (("2024-05-02", "2024-05-03", "2024-05-01", "2024-05-02"), "vs the day before", None),
        (
            ("2024-05-01", "2024-06-01", "2023-05-01", "2023-06-01"),
            "vs a year before",
            "the same days a year before",
        ),
    ],
)
def test_the_comparison_is_named(days: tuple[str, ...], short: str, long: str | None) -> None:
    """Months by their name or number, other periods by their days, a year as a year."""
    said = comparison(*(date.fromisoformat(day) for day in days))

    assert said.short == short
    assert long is None or said.long == long


def test_a_fall_in_words() -> None:
    """The two that fell most, and the one that made up most."""
    parts = [("Germany", -80_000.0), ("France", -30_000.0), ("Web", 20_000.0), ("Spain", 900.0)]
    said = what_changed(2_806_829.0, 2_926_829.0, parts, "the 30 days before", "GBP")

    assert said.replace(JOINER, "") == (
        "Revenue fell by £120.0k (−4.1%) against the 30 days before: Germany −£80.0k and "
        "France −£30.0k, partly made up by Web +£20.0k."
    )


def test_a_rise_made_by_the_many() -> None:
    """A rest that is most of the change is told."""
    said = what_changed(
        1500.0, 1000.0, [("Mug", 20.0)], "Apr 2024", "EUR", ("all other products", 480.0)
    )

    assert said.replace(JOINER, "") == (
        "Revenue rose by €500.00 (+50.0%) against Apr 2024: Mug +€20.00; "
        "all other products +€480.00."
    )


def test_hardly_any_change() -> None:
    """Below half a per cent nothing rose or fell."""
    assert revenue_moved(1003.0, 1000.0, "EUR") == "Revenue hardly changed (+0.3%)"


def test_from_nothing() -> None:
    """There is no percentage of nothing."""
    assert revenue_moved(10.0, 0.0, "EUR") == "Revenue rose from nothing to €10.00"


def test_listing() -> None:
    """Commas, and one "and"."""
    assert [joined(["a", "b", "c"][:many]) for many in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_leader() -> None:
    """The best of those chosen, or the only one."""
    assert leader(["DE", ""], [3.0, 1.0], "country", there_are=9) == (
        "DE brings 75.0% of revenue, the most of 2 countries"
    )
    assert leader([""], [3.0], "channel", there_are=4) == "Only Not given is chosen, of 4 channels"
    assert leader([], [], "channel", there_are=0) == ""


def test_emptiness_names_the_filters_to_widen() -> None:
    """Whatever narrows the view is named; a period alone is told to be longer."""
    start, end = date(2024, 5, 1), date(2024, 6, 1)

    assert nothing_sold(start, end, {"countries": ["France", "Spain"], "channels": []}, True) == (
        "Nothing was sold 1 – 31 May 2024 with these filters. Remove the country France and Spain "
        "or “Known customers only”, or choose a longer period."
    )
    assert nothing_sold(start, end, {}, False).endswith("Choose a longer or another period.")


def test_a_dimension_of_one_value() -> None:
    """Not in the data, chosen alone, or alone by nature."""
    assert "channel column" in only_one("channel", "", chosen=False)
    assert only_one("country", "France", chosen=True).startswith("Only France is chosen.")
    assert only_one("country", "France", chosen=False).startswith("All of it is France")
