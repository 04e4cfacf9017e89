"""The sample retailer's plan, without a warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clickhouse_schema.loading.sample_plan import (
    REFERENCE_SCALE,
    SampleSpec,
    day_weights,
    plan,
    shares,
)
from clickhouse_schema.loading.sample_words import CATEGORIES, COUNTRIES


def test_the_history_is_26_whole_months_and_does_not_follow_the_clock():
    """It begins on a first of a month and ends on a fixed day."""
    spec = SampleSpec()

    assert (spec.first_day, spec.last_day) == (date(2023, 10, 1), date(2025, 11, 30))
    assert spec.days == 792
    assert replace(spec, last_day=date(2025, 1, 15)).first_day == date(2022, 12, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"customers": 99},
        {"products": 59},
        {"customers": 100_001},
        {"seed": -1},
        {"seed": 2**63},
        {"last_day": date(1979, 12, 31)},
    ],
)
def test_numbers_that_make_no_shop_are_refused(wrong):
    """A shop needs customers, products, and lines for its customers."""
    with pytest.raises(ValueError, match=r"at least|seed|year"):
        replace(SampleSpec(), **wrong)


def test_equal_specs_have_equal_plans_and_hashes_and_others_have_not():
    """Everything hangs on the spec, so that a sample can be recognised."""
    spec = SampleSpec()

    assert plan(spec) == plan(SampleSpec())
    assert spec.content_hash == SampleSpec().content_hash
    assert plan(spec)["day_lows"] != plan(replace(spec, seed=2))["day_lows"]
    assert spec.content_hash != replace(spec, seed=2).content_hash


def test_shares_run_up_to_exactly_one():
    """A draw below 1 always finds its place."""
    assert shares((1.0, 1.0, 1.0))[-1] == 1.0
    assert shares((2.0, 6.0)) == [0.25, 1.0]


@pytest.mark.parametrize("spec", [SampleSpec(), REFERENCE_SCALE])
def test_the_calendar_grows_peaks_before_christmas_and_rests_on_feast_days(spec):
    """October 2024 beats October 2023; Black Friday stands out; Christmas Day is quiet."""
    weights = day_weights(spec)

    def on(*day: int) -> float:
        return weights[(date(*day) - spec.first_day).days]

    def month(year: int, number: int) -> float:
        return sum(on(year, number, day) for day in range(1, 29)) / 28

    assert month(2024, 10) > 1.05 * month(2023, 10)
    assert month(2024, 12) > 1.2 * month(2024, 10)
    assert month(2024, 8) < 0.95 * month(2024, 5)
    assert on(2024, 11, 29) > 1.5 * on(2024, 11, 15)
    assert on(2024, 12, 25) < 0.4 * on(2024, 12, 18)


@pytest.mark.parametrize("last_day", [date(2025, 11, 30), date(2025, 2, 1), date(2024, 12, 24)])
def test_gift_seasons_lie_in_order_within_the_history(last_day):
    """Whenever the history ends there are three stretches for those who shop for Christmas."""
    params = plan(SampleSpec(last_day=last_day))

    assert len(params["gift_from"]) == 3
    for low, high in zip(params["gift_from"], params["gift_to"], strict=True):
        assert 0 <= low < high <= 1


def test_categories_have_equally_many_words_and_no_word_twice():
    """Names are counted out of them: unequal lists would repeat names."""
    for kind in CATEGORIES:
        assert len(set(kind.materials)) == len(kind.materials) == 10
        assert len(set(kind.nouns)) == len(kind.nouns) == 16
        assert len(kind.season) == 12
    assert len({kind.name for kind in CATEGORIES}) == 12
    assert len({country.name for country in COUNTRIES}) == 9
