"""Rules of at most three conditions: right where one exists, honest about how right."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models.surrogate import MOST_CONDITIONS, rule_of, speakable


def test_a_planted_rule_is_found():
    """Who has at most 30 days and at least 5 orders is told by just that."""
    draw = np.random.default_rng(1)
    raw = np.column_stack([draw.integers(0, 100, 4000), draw.integers(0, 20, 4000)]).astype(float)
    member = (raw[:, 0] <= 30) & (raw[:, 1] >= 5)
    rule = rule_of(raw, member, [True, True])

    assert {(one.feature, one.at_least, one.threshold) for one in rule.bounds} == {
        (0, False, 30.0), (1, True, 5.0),
    }  # fmt: skip
    assert (rule.fidelity, rule.found, rule.pure) == (1.0, 1.0, 1.0)


def test_rates_are_those_of_the_rule():
    """Fidelity, found and pure are what counting by hand gives; never more than three bounds."""
    draw = np.random.default_rng(2)
    raw = draw.normal(size=(3000, 4))
    member = raw.sum(axis=1) > 1
    rule = rule_of(raw, member, [False] * 4)
    said = np.all([one.holds(raw) for one in rule.bounds], axis=0)

    assert 1 <= len(rule.bounds) <= MOST_CONDITIONS
    assert rule.fidelity == (said == member).mean()
    assert rule.found == (said & member).sum() / member.sum()
    assert rule.pure == (said & member).sum() / said.sum()


@pytest.mark.parametrize(
    ("value", "whole", "said"),
    [
        (14.6, True, 15),
        (1234.5, False, 1200),
        (0.0437, False, 0.044),
        (0, False, 0),
        (142, True, 140),
    ],
)
def test_thresholds_can_be_said(value, whole, said):
    """Two digits that mean something, whole numbers where only those make sense."""
    assert speakable(value, whole) == said


def test_nobody_has_no_rule():
    """A group without customers is refused."""
    with pytest.raises(ValueError, match="without customers"):
        rule_of(np.ones((5, 1)), np.zeros(5, dtype=bool), [True])
