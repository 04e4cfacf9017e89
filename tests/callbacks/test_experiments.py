"""The plan as the browser sends it, and what a reader is told of a plan and its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from dash import no_update

from analytics.experiment_plans import Plan
from analytics.experiments import add_results, plan_experiment, start
from analytics.reports.experiments_measure import measured
from analytics.reports.experiments_plan import forecast
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks import experiments_plan as callbacks
from callbacks._experiments_read import as_entries, plan_of_link, read_plan
from callbacks._experiments_views import plan_numbers, plan_views, plan_words
from callbacks._experiments_words import (
    about,
    method_lines,
    verdict_numbers,
    verdict_words,
)
from callbacks.experiments_page import show_experiment
from callbacks.experiments_plan import answer_plan, split_worth
from clickhouse_schema.client import Warehouse
from clickhouse_schema.experiments.result_file import ResultFile
from clickhouse_schema.made.things import Author
from layouts.experiments_plan import CHARTS
from tests.clickhouse_schema.experiments.conftest import orders
from tests.conftest import empty
from tests.filling import fill

PLAN = Plan(days=21, control=0.5)
ANNA = Author("Anna")


@pytest.fixture
def facts(warehouse: Warehouse, answers: None) -> Iterator[ShellFacts]:
    """Six hundred customers."""
    empty(warehouse)
    fill(warehouse, orders())
    yield shell_facts()
    empty(warehouse)


def test_entries_come_back_as_they_were():
    """A plan put into the entries and read again is the plan."""
    plan = replace(PLAN, days=28, low=-0.02, high=0.125, arms=("Control", "A", "B"), seed=77)

    assert replace(read_plan(as_entries(plan)), basis=plan.basis) == plan


def test_sliders_send_texts():
    """Percentages, weeks and amounts arrive as text and become numbers."""
    found = read_plan({"weeks": "6", "control": "20", "depth": "12.5", "contact_cost": "0.5"})

    assert (found.days, found.control, found.depth, found.contact_cost) == (42, 0.2, 0.125, 0.5)


@pytest.mark.parametrize(
    "sent",
    [{"weeks": "many"}, {"seed": "x"}, {"seed": "9" * 30}, {"arms": "one"},
     {"low": "9", "likely": "5"}, {"segment": "x' OR 1=1"}, {"margin": None}, {"offer": ["gift"]}],
)  # fmt: skip
def test_what_cannot_be_used_is_a_sentence(sent):
    """Nothing a reader sends is more than an error in words."""
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        read_plan(sent)


def test_nothing_sent_is_the_usual_plan():
    """An empty store, or what is no plan."""
    assert read_plan(None) == read_plan("x") == Plan()


def test_a_measured_lift_is_the_basis():
    """Choosing a past experiment names it."""
    found = read_plan({"basis": "1.0;4.0;7.0;Spring <b>", "low": 1, "likely": 4, "high": 7})

    assert found.basis == "Measured in “Spring <b>”"


def test_a_plan_is_told_answer_first(facts):
    """The sentence says what, to whom, how long, and what it would bring."""
    found = forecast(PLAN, facts.data)
    words = plan_words(found, facts)

    assert words.startswith("10% discount to 300 of All customers over 3 weeks would ")
    assert "is believed in" in words
    assert len(plan_numbers(found, facts)) == 4
    views = plan_views(found, facts, [])
    assert len(views) == len(CHARTS)
    assert all(view.answer and not view.table.empty for view in views)


def test_answers_come_for_every_tile_and_errors_in_words(facts):
    """A plan that cannot be answered leaves a sentence in the place of each chart."""
    answered = answer_plan({"plan": {"weeks": "3"}, "reader": "abc", "number": 1}, "rfm")
    refused = answer_plan({"plan": {"weeks": "26"}, "reader": "abc", "number": 2}, "rfm")

    assert answered[4]["figure"]
    assert "covers less" in refused[0]
    assert all("covers less" in view["empty"] for view in refused[4:])


def test_a_link_begins_a_plan():
    """What another tab says is taken, the rest is usual; nonsense is a sentence."""
    found = plan_of_link("?view=plan&for=cluster:ab12:3&depth=12&likely=2&low=1&high=4&why=A+test")

    assert (found.segment, found.depth, found.likely) == ("cluster:ab12:3", 0.12, 0.02)
    assert found.basis == "A test"
    assert read_plan(as_entries(found) | {"origin": found.basis}) == found
    for wrong in ("for=cluster:x", "for=saved:../1", "for=all&depth=x", "for=all&depth=99"):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            plan_of_link(wrong)


def test_where_a_plan_pays_by_group(facts, monkeypatch):
    """Without a grouping in use there are words; the RFM segments came with the answer."""
    asked = {"plan": {"weeks": "3"}}
    monkeypatch.setattr(callbacks, "ctx", SimpleNamespace(triggered_id="the switch"))

    assert "Clusters tab" in split_worth("group", asked)["empty"]
    assert split_worth("rfm", asked)["table"]["columns"][0] == "Segment"
    assert split_worth("group", None) is no_update


def test_a_page_without_an_experiment_says_so(facts):
    """No id, or one that nobody has: words and a way back."""
    for opened in (None, {"id": None}, {"id": "gone"}):
        shown = show_experiment(opened, None, None, None)
        assert shown[5]["empty"]


def uploaded(warehouse: Warehouse, treated: float, sizes: tuple[int, int] = (1000, 1000)):
    """Return an experiment whose arms bought at 10% and at `treated`, for 20 each."""
    begun = start(warehouse, plan_experiment(warehouse, "Test", PLAN, None, ANNA), date(2024, 6, 1),
                  ANNA)  # fmt: skip
    rows = []
    for arm, rate, size in zip(("Control", "Offer"), (0.1, treated), sizes, strict=True):
        for place in range(size):
            bought = place < rate * size
            rows.append(
                (len(rows) + 1, f"{arm}{place}", arm, bought, None, 20.0 * bought, None, "")
            )
    return add_results(
        warehouse, begun, ResultFile({"arm": "arm", "revenue": "revenue"}, rows, {}), "r.csv", ANNA
    )


def test_a_verdict_says_whether_it_is_sure(warehouse, facts):
    """Twice as many buyers is clear; the figures and the table agree with the sentence."""
    one = uploaded(warehouse, 0.2)
    found = measured(one, facts.data)

    assert verdict_words(one, found, facts).startswith(
        "“Offer” raised revenue per customer by +100.0% (95%: "
    )
    assert verdict_numbers(one, found, facts)[0].value == "+100.0%"
    assert method_lines(found, facts)[0].cells[:3] == ("Revenue per customer", "Welch, at the end",
                                                       "2.0000")  # fmt: skip
    assert "Running since 1 Jun 2024" in about(one, facts)


def test_no_difference_is_called_none(warehouse, facts):
    """An interval across 0 is no success."""
    one = uploaded(warehouse, 0.105)

    assert verdict_words(one, measured(one, facts.data), facts).startswith("No clear difference")


def test_uneven_arms_are_no_result(warehouse, facts):
    """45 to 55 of a planned half: the reader is told not to read on."""
    one = uploaded(warehouse, 0.2, (4500, 5500))

    assert "do not read the results" in verdict_words(one, measured(one, facts.data), facts)


def test_too_few_buyers_are_told(warehouse, facts):
    """Twenty buyers an arm are no interval."""
    one = uploaded(warehouse, 0.1, (200, 200))
    found = measured(one, facts.data)

    assert "fewer than 30" in verdict_words(one, found, facts)
    assert method_lines(found, facts)[0].cells[1] == "Too few to say"
