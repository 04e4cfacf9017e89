"""Names one can say: from what sets a group apart, no two alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.models.cluster_names import AVERAGE, advice_of, names_of

VALUE = ("recency", "frequency", "monetary")


def test_names_say_what_sets_apart():
    """Much and little of a feature have words; who is like everybody is average."""
    centres = [[-1.2, 1.1, 0.9], [1.3, -0.8, -0.7], [0.1, 0.2, -0.1]]

    assert names_of(VALUE, centres) == ("Big, frequent, recent", "Small, seldom, lapsed", AVERAGE)


def test_names_of_the_data_are_used():
    """A channel or category names a group that has much of it, not one that merely lacks it."""
    words = ("channel:Web", "category:Toys")

    assert names_of(words, [[1.5, -0.6], [-0.6, 1.2]]) == ("Web", "Toys")


@given(
    st.lists(st.lists(st.floats(-3, 3, width=16), min_size=3, max_size=3), min_size=2, max_size=10)
)
def test_no_two_names_are_alike(centres):
    """Whatever the centres, every group has a name of its own, and something to do."""
    names = names_of(VALUE, centres)

    assert len(set(names)) == len(centres)
    assert all(advice_of(VALUE, centre) for centre in centres)


@pytest.mark.parametrize(
    ("words", "centre", "said"),
    [
        (VALUE, [0.0, 0.8, 0.2], "come often"),
        (("basket_size", "return_rate"), [1.1, 0.0], "much at once"),
        (VALUE, [0.1, 0.1, 0.1], "Little sets them apart"),
    ],
)
def test_a_group_that_is_named_for_something_is_advised_for_it(words, centre, said):
    """Only a group that hardly differs is told to be treated as everybody."""
    assert said in advice_of(words, centre)
