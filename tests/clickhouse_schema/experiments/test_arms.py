"""Arms are reproducible, balanced, and nobody is in two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from scipy import stats

from clickhouse_schema.client import Warehouse
from clickhouse_schema.experiments.arms import (
    Split,
    arm_members,
    freeze_arms,
    kept_out,
    overlap,
    split_balance,
)
from clickhouse_schema.members.facts import members_sql

from .conftest import CUTS, EVERYBODY

HALVES = Split(EVERYBODY, datetime(2024, 6, 1), CUTS, (0.5, 0.5), 1)
SEEDS = 200


def arms_of(shop: Warehouse, freeze_id: str) -> dict[int, int]:
    """Return the arm of each customer."""
    rows = shop.rows(
        "SELECT customer_key, arm FROM experiment_arms WHERE freeze_id = {id:String}",
        {"id": freeze_id},
    )
    return dict(rows)


def test_the_same_seed_gives_the_same_arms(shop):
    """Two freezes of one seed are equal; another seed divides otherwise; everybody is in once."""
    first, again, other = (
        arms_of(shop, freeze_arms(shop, replace(HALVES, seed=seed))[0]) for seed in (7, 7, 8)
    )

    assert first == again
    assert first != other
    assert len(first) == 600


def test_arms_have_their_shares_within_every_stratum(shop):
    """Three arms of 20, 40 and 40%: in all, and to one customer in each score."""
    shares = (0.2, 0.4, 0.4)
    freeze_id, customers = freeze_arms(shop, replace(HALVES, shares=shares))
    strata = shop.rows(
        "SELECT cell, spend_score, count(), countIf(arm = 0), countIf(arm = 1)"
        " FROM experiment_arms WHERE freeze_id = {id:String} GROUP BY cell, spend_score",
        {"id": freeze_id},
    )

    assert sum(customers) == 600
    assert customers == pytest.approx([120, 240, 240], abs=12)
    for _, _, size, control, first in strata:
        assert abs(control - 0.2 * size) <= 1
        assert abs(first - 0.4 * size) <= 1


def test_what_is_not_stratified_is_balanced_as_chance_would(shop):
    """Chi-square of the channel stays above 5% in about 95% of seeds."""
    passed = 0
    for seed in range(SEEDS):
        frame = split_balance(shop, replace(HALVES, seed=seed))
        table = [dict(zip(*pair, strict=True)) for pair in frame["channels"]]
        counts = [[int(one[name]) for name in ("app", "store", "web")] for one in table]
        passed += stats.chi2_contingency(counts).pvalue > 0.05

    assert 0.90 <= passed / SEEDS <= 0.99


def test_a_preview_is_what_is_frozen(shop):
    """The balance counts the customers that the freeze writes down."""
    frame = split_balance(shop, HALVES)

    assert frame["customers"].tolist() == freeze_arms(shop, HALVES)[1]
    assert frame["monetary"].between(20, 200).all()


def test_customers_of_others_and_the_holdout_stay_out(shop):
    """What another experiment has and what is held back is in no arm, and is counted."""
    quarter = replace(HALVES, members=replace(EVERYBODY, text=EVERYBODY.text + " LIMIT 150"))
    taken, _ = freeze_arms(shop, quarter)
    split = replace(HALVES, taken=(taken,), holdout=0.1)
    mine, customers = freeze_arms(shop, split)
    members, out, held = kept_out(shop, split)

    assert (members, out) == (600, 150)
    assert sum(customers) == members - out - held
    assert 20 <= held <= 75
    assert overlap(shop, mine, [taken]) == 0
    assert overlap(shop, mine, [freeze_arms(shop, HALVES)[0]]) == sum(customers)


def test_a_larger_holdout_only_adds(shop):
    """The customers held back at 5% are held back at 20%."""
    small, large = (
        set(arms_of(shop, freeze_arms(shop, replace(HALVES, holdout=share))[0]))
        for share in (0.05, 0.2)
    )

    assert large < small


def test_an_export_names_each_customers_arm(shop):
    """The file of an experiment has the arm's name beside every customer."""
    freeze_id, customers = freeze_arms(shop, HALVES)
    members = arm_members(freeze_id, "Test", ["Control", "Offer"])
    rows = shop.rows(members_sql(members, ["customer_id", "arm"]), members.bound)

    assert len(rows) == 600
    assert [sum(arm == name for _, arm in rows) for name in ("Control", "Offer")] == customers
    with pytest.raises(ValueError, match="arm"):
        members_sql(EVERYBODY, ["arm"])


@pytest.mark.parametrize(
    "wrong", [{"shares": (0.5, 0.6)}, {"shares": (1.0,)}, {"seed": -1}, {"holdout": 1.0}]
)
def test_an_impossible_split_is_refused(wrong):
    """Shares add up to 1, a seed is a number, a holdout leaves somebody."""
    with pytest.raises(ValueError, match="must"):
        replace(HALVES, **wrong)
