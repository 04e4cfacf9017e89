"""The change of a total taken apart."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.models.contributions import contributions

AMOUNT = st.integers(-(10**12), 10**12).map(lambda cents: cents / 100)
AMOUNTS = st.lists(st.tuples(st.text(max_size=3), AMOUNT, AMOUNT), max_size=30)


def exact(amount: float) -> Fraction:
    """Return the ten-thousandths an amount stands for."""
    return Fraction(round(amount * 10_000))


@given(AMOUNTS, st.integers(1, 10), AMOUNT, AMOUNT)
def test_parts_add_up_exactly(
    amounts: list[tuple[str, float, float]], most: int, before: float, now: float
) -> None:
    """Parts and rest are the change of the whole, to the ten-thousandth, whatever the parts."""
    found = contributions(amounts, before=before, now=now, most=most, others=0)

    changes = [part.change for part in found.parts] + [found.rest.change]
    assert sum(map(exact, changes)) == exact(found.change) == exact(now) - exact(before)
    assert len(found.parts) == min(most, len(amounts))
    assert found.others == len(amounts) - len(found.parts)


@given(AMOUNTS, st.integers(1, 10))
def test_the_largest_stand_alone(amounts: list[tuple[str, float, float]], most: int) -> None:
    """No change in the rest is larger than one that stands alone; they fall from + to -."""
    found = contributions(amounts, before=0, now=0, most=most)
    sizes = sorted((abs(exact(now) - exact(before)) for _, before, now in amounts), reverse=True)

    assert sorted((abs(exact(part.change)) for part in found.parts), reverse=True) == sizes[:most]
    assert [part.change for part in found.parts] == sorted(
        (part.change for part in found.parts), reverse=True
    )


def test_by_hand() -> None:
    """Two parts stand alone, the third is the rest."""
    found = contributions(
        [("DE", 100.0, 20.0), ("FR", 50.0, 70.0), ("ES", 5.0, 6.0)],
        before=155.0, now=96.0, most=2, others=0,
    )  # fmt: skip

    assert [(part.name, part.change) for part in found.parts] == [("FR", 20.0), ("DE", -80.0)]
    assert (found.rest.change, found.others, found.change) == (1.0, 1, -59.0)


def test_no_part_wanted() -> None:
    """At least one part must stand alone."""
    with pytest.raises(ValueError, match="at least 1, not 0"):
        contributions([], before=0, now=0, most=0)
