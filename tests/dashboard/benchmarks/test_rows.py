"""The rows of the benchmarks, as people and programs read them."""

from __future__ import annotations

import json

from dashboard.benchmarks._rows import (
    Row,
    as_json,
    as_markdown,
    as_text,
    at_least,
    at_most,
    below,
    information,
    unmeasured,
)


def test_a_bar_is_met_on_its_right_side() -> None:
    """A most includes the bar itself, a limit to stay under does not."""
    met = [
        at_most("a", 300, "ms", 300).met,
        at_most("a", 300.1, "ms", 300).met,
        below("a", 700, "MB", 700).met,
        below("a", 699.9, "MB", 700).met,
        at_least("a", 1_000_000, "lines/s", 1_000_000).met,
        at_least("a", 999_999, "lines/s", 1_000_000).met,
    ]

    assert met == [True, False, False, True, True, False]


def test_what_could_not_be_measured_has_not_met_its_bar() -> None:
    """No figure is no success; information without a bar is neither."""
    assert unmeasured("a", "ms", "<= 300", "no browser").met is False
    assert unmeasured("a", "ms", "", "no browser").met is None
    assert information("a", 3, "ms").met is None


def test_a_table_shows_name_figure_unit_bar_and_met() -> None:
    """The two tables hold the same cells, and say why there is no figure."""
    rows = [at_most("web: start", 1.234, "s", 3), unmeasured("web: paint", "ms", "<= 1", "why")]

    assert as_markdown(rows).splitlines() == [
        "| name | figure | unit | bar | met |",
        "|---|---:|---|---|---|",
        "| web: start | 1.23 | s | <= 3 | yes |",
        "| web: paint | not measured | ms | <= 1 | no |",
        "",
        "- web: paint: why",
    ]
    assert as_text(rows).splitlines()[-1] == "web: paint: why"


def test_json_carries_every_figure() -> None:
    """Programs find the five fields, the note and the figures behind."""
    row = at_most("a", 12.345678, "ms", 300, detail={"usual: x": 12.345678})
    read = json.loads(as_json([row], {"cores": 2}))

    assert read["machine"] == {"cores": 2}
    assert Row(**read["rows"][0]) == row
