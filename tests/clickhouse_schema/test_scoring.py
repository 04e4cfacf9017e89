"""Cuts typed by a user are checked before anything is scored by them."""

from __future__ import annotations

import math

import pytest

from clickhouse_schema.scoring import Cuts

FOUR = (1.0, 2.0, 3.0, 4.0)


@pytest.mark.parametrize(
    ("recency", "message"),
    [
        ((1, 2, 3), "Recency needs four cuts, not 3"),
        ((1, 3, 2, 4), "The cuts of recency must ascend: 1, 3, 2, 4"),
        ((1, 2, 3, math.nan), "nan cannot be a cut of recency"),
        ((1, 2, 3, math.inf), "inf cannot be a cut of recency"),
        (("a", 2, 3, 4), "The cuts of recency must be numbers"),
        (None, "The cuts of recency must be numbers"),
    ],
)
def test_what_is_wrong_is_said(recency: tuple[float, ...], message: str) -> None:
    """A sentence names the measure and what is wrong."""
    with pytest.raises(ValueError, match=message):
        Cuts(recency, FOUR, FOUR)


def test_cuts_may_coincide() -> None:
    """Half of the customers may have the same value: then some scores stay empty."""
    assert Cuts((1, 1, 1, 2), FOUR, FOUR).recency == (1.0, 1.0, 1.0, 2.0)


def test_money_is_bound_as_whole_amounts() -> None:
    """Cuts of money are bound in the ten-thousandths that amounts are added up in, exactly."""
    cuts = Cuts(FOUR, FOUR, (0.1, 250.1939, 250.19402, 1e6))

    assert cuts.as_params()["monetary_cuts"] == [1000.0, 2501939.0, 2501940.2, 1e10]
