"""The RFM view's finished views, and what readers change in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from dash._callback_context import context_value
from dash._utils import AttributeDict
from hypothesis import given
from hypothesis import strategies as st

from analytics.models.rfm import DEFAULT_MAP, SEGMENTS
from analytics.reports.segments_rfm import RfmOptions
from analytics.reports.shell import ShellFacts
from callbacks import _segments_views as views
from callbacks import segments_rfm as rfm
from callbacks._segments_asked import Asked, read_asked, typed_cuts
from callbacks._segments_movement import movement_view
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from layouts.segments_rfm import Ids
from layouts.views import ChartView

YEAR = Filters(date(2010, 12, 1), date(2011, 12, 10))
USUAL = Asked(RfmOptions(), DEFAULT_MAP)
CHARTS: dict[str, Callable[[Filters, ShellFacts, Asked], ChartView]] = {
    "customers": partial(views.treemap_view, size="customers"),
    "revenue": partial(views.treemap_view, size="revenue"),
    "map": views.map_view,
    "table": views.table_view,
    "recency": partial(views.spread_view, measure="recency"),
    "frequency": partial(views.spread_view, measure="frequency"),
    "monetary": partial(views.spread_view, measure="monetary"),
    "moved": partial(movement_view, earlier=None, value="customers"),
    "moved money": partial(movement_view, earlier=date(2011, 6, 1), value="worth"),
    "holdout": views.holdout_view,
}
QUESTION = {"filters": {"start": "2010-12-01", "end": "2011-12-10"}, "reader": "r", "number": 1}
# As published: customers, mean recency, frequency and monetary value.
PUBLISHED = {
    "Champions": (604, "5.89", "12.87", "£7,125.62"),
    "Loyal customers": (695, "33.18", "7.12", "£3,204.11"),
    "Potential loyalists": (495, "16.78", "2.42", "£1,201.23"),
    "New customers": (67, "7.09", "1.00", "£348.64"),
    "Promising": (175, "23.82", "1.00", "£349.24"),
    "Need attention": (118, "51.83", "3.00", "£1,165.71"),
    "About to sleep": (476, "53.36", "1.38", "£512.81"),
    "At risk": (348, "137.74", "3.76", "£1,500.30"),
    "Can't lose them": (35, "133.91", "10.29", "£3,423.05"),
    "Hibernating": (1325, "209.60", "1.28", "£511.72"),
}


@pytest.fixture
def clicked() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Say which button was clicked; returns what the callback sets besides its outputs."""
    token = context_value.set(AttributeDict())

    def click(identity: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        context_value.set(
            AttributeDict(
                triggered_inputs=[{"prop_id": f"{identity}.n_clicks", "value": 1}],
                updated_props=told,
            )
        )
        return told

    click("nothing")
    yield click
    context_value.reset(token)


def test_the_published_segments(online_retail: Warehouse, facts: ShellFacts) -> None:
    """The table shows the ten published segments to the digits printed."""
    table = views.table_view(YEAR, facts, USUAL).table
    shown = {row[0]: (row[1], *row[3:6]) for row in table.itertuples(index=False)}

    assert shown == PUBLISHED


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_says_its_answer(
    online_retail: Warehouse, facts: ShellFacts, name: str
) -> None:
    """A picture, a sentence, a table of the same, and where it comes from; all plain JSON."""
    view = CHARTS[name](YEAR, facts, USUAL)
    plain = json.loads(json.dumps(view.to_dict(), allow_nan=False))

    assert view.empty == ""
    assert plain["figure"]["data"]
    assert view.answer.endswith(".")
    assert len(plain["table"]["rows"]) > 0
    assert all("_" not in heading for heading in plain["table"]["columns"])
    assert view.trust.used[0][1] == 18_532
    assert ("Orders that name no customer" in dict(view.trust.left_out)) is True
    assert all("SELECT" in sql for _, sql in view.trust.statements)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    ("snapshot", "countries"),
    [(date(2009, 1, 1), ()), (date(2010, 12, 2), ()), (None, ("Atlantis",)), (None, ("RSA",))],
)
def test_too_little_data_says_why(
    online_retail: Warehouse,
    facts: ShellFacts,
    name: str,
    snapshot: date | None,
    countries: tuple[str, ...],
) -> None:
    """Never an exception: either there is a figure, or words in its place."""
    asked = replace(USUAL, options=RfmOptions(snapshot=snapshot))
    view = CHARTS[name](replace(YEAR, countries=countries), facts, asked)

    assert (view.figure is None) == bool(view.empty)
    json.dumps(view.to_dict(), allow_nan=False)


def test_an_earlier_snapshot_knows_only_what_was_before(
    online_retail: Warehouse, facts: ShellFacts
) -> None:
    """As of June fewer customers are known, and the orders after it are told as left out."""
    june = replace(USUAL, options=RfmOptions(snapshot=date(2011, 6, 1)))
    view = views.table_view(YEAR, facts, june)

    assert "as of 1 Jun 2011" in view.subtitle
    assert view.table["Customers"].sum() < 4_338
    assert dict(view.trust.left_out)["Orders placed after the snapshot"] > 5_000


def test_who_left_champions_is_told(online_retail: Warehouse, facts: ShellFacts) -> None:
    """The movement's title names how many left, of how many, and what they were worth."""
    view = movement_view(YEAR, facts, USUAL, earlier=date(2011, 9, 11), value="customers")
    table = view.table
    left = table[(table.iloc[:, 0] == "Champions") & (table.iloc[:, 1] != "Champions")]

    assert view.title.startswith(f"{left['Customers'].sum()} of 497 left Champions")
    assert "£834.6k a year" in view.title


def test_a_tile_waits_for_the_map(online_retail: Warehouse) -> None:
    """Before the kept map has arrived nothing is computed; then the tile is drawn."""
    asked = {"snapshot": None, "returns": "net", "rows": DEFAULT_MAP.to_list(), "cuts": None}

    assert not isinstance(rfm.draw_table(QUESTION, None), dict)
    assert rfm.draw_table(QUESTION, asked)["table"]["rows"][0][0] == "Champions"


def test_a_map_is_painted_saved_and_taken_back(
    empty_warehouse: Warehouse, clicked: Callable[[str], dict[str, Any]]
) -> None:
    """Saving makes a version with its author; undo shows the map of before; both are told."""
    kept = rfm.open_map(QUESTION, None)
    painted = DEFAULT_MAP.painted(5, 1, "at_risk").to_list()
    told = clicked(Ids.SAVE)
    saved = rfm.keep_map(1, None, {"rows": painted, "cuts": None}, kept, "Ana")

    assert kept == {"rows": DEFAULT_MAP.to_list(), "cuts": None, "version": 0, "author": ""}
    assert saved == {"rows": painted, "cuts": None, "version": 2, "author": "Ana"}
    assert "saved as version 2 by Ana" in json.dumps(told)

    clicked(Ids.UNDO)
    back = rfm.keep_map(1, 1, None, saved, "Ana")

    assert back["rows"] == DEFAULT_MAP.to_list()
    assert rfm.open_map(QUESTION, None) == back


def test_who_saves_second_is_told(
    empty_warehouse: Warehouse, clicked: Callable[[str], dict[str, Any]]
) -> None:
    """The second of two saves from one version gets the first's map and a sentence."""
    first = DEFAULT_MAP.painted(5, 1, "at_risk").to_list()
    second = DEFAULT_MAP.painted(1, 1, "promising").to_list()
    kept = rfm.open_map(QUESTION, None)
    clicked(Ids.SAVE)
    rfm.keep_map(1, None, {"rows": first, "cuts": None}, kept, "Ana")
    told = clicked(Ids.SAVE)
    shown = rfm.keep_map(1, None, {"rows": second, "cuts": None}, kept, "Ben")

    assert shown["rows"] == first
    assert "Somebody else saved first" in json.dumps(told)


def test_a_playbook_is_edited_and_reset(
    empty_warehouse: Warehouse, clicked: Callable[[str], dict[str, Any]]
) -> None:
    """A shop's own text is a version with an author; the original comes back when asked for."""

    def show(segment: Any, held: Any = None, *texts: Any) -> list[Any]:
        return list(rfm.show_playbook(QUESTION, segment, 1, 1, held, *(texts or [None] * 4)))

    original = show("at_risk")
    clicked(Ids.SAVE_BOOK)
    saved = show("at_risk", original[0], "Who", "One\n\n Two ", "All", "Ana")

    assert saved[0] == {"segment": "at_risk", "version": 1}
    assert saved[2:] == ["Who", "One\nTwo", "All"]
    assert "Version 1, by Ana." in str(saved[1][-1])

    told = clicked(Ids.SAVE_BOOK)
    show("at_risk", saved[0], "", "", "", "Ana")
    assert "not saved" in json.dumps(told)

    clicked(Ids.RESET_BOOK)
    assert show("at_risk", saved[0])[2:] == original[2:]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"recency": "1 2 3"}, "Recency needs four values"),
        ({"frequency": "1, 2, x, 4"}, "“x” is not a number"),
        ({"monetary": "40, 30, 20, 10"}, "must ascend"),
        ({"monetary": None}, "none are given"),
        ({"recency": "1, 2, 3, inf"}, "cannot be a cut"),
    ],
)
def test_cuts_that_cannot_be_used_are_told(typed: dict[str, Any], words: str) -> None:
    """What is wrong with typed cuts is said in a sentence, and nothing changes."""
    good = {"recency": "30 60 90 120", "frequency": "1;2;4;8", "monetary": "10, 20, 30.5, 40"}

    assert typed_cuts(good).monetary == (10, 20, 30.5, 40)
    with pytest.raises(ValueError, match=words):
        typed_cuts({**good, **typed})
    held, error = rfm.apply_cuts(1, *{**good, **typed}.values())
    assert not isinstance(held, dict)
    assert words in error
    assert rfm.apply_cuts(1, *good.values())[0]["frequency"] == [1, 2, 4, 8]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(sorted(SEGMENTS)),
    lambda inner: st.lists(inner, max_size=6)
    | st.dictionaries(
        st.sampled_from(["snapshot", "returns", "cuts", "rows", "recency"]), inner, max_size=5
    ),
    max_leaves=12,
)  # fmt: skip


@given(raw=_ANYTHING)
def test_whatever_a_store_holds_can_be_asked(raw: Any) -> None:
    """A forged store never raises: it asks the usual question."""
    asked = read_asked(raw)

    assert len(asked.map.rows) == 5
    assert asked.options.next_days == 90


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("30", 30),
        ("365", 365),
        ("90", 90),
        (None, 90),
        (30, 90),
        ("31", 90),
        ("-30", 90),
        ("²", 90),
    ],
)
def test_the_next_period_can_be_chosen(given: Any, days: int) -> None:
    """Only the lengths on offer; what is none of them is the usual one."""
    assert read_asked({"next": given}).options.next_days == days


def test_a_segment_of_nobody_has_no_means(online_retail: Warehouse, facts: ShellFacts) -> None:
    """A recency of nought days would be the best there is."""
    one_country = replace(YEAR, countries=("RSA",))  # a single customer
    view = views.table_view(one_country, facts, USUAL)
    assert view.empty == "" and list(view.table["Customers"]).count(0) == 9

    for column in ("Recency, days", "Orders", "Monetary value", "Average order"):
        assert view.table[column].notna().sum() == 1, column
