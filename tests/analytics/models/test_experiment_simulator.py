"""The simulator against sums done by hand, and against campaigns whose outcome is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analytics.models.experiment_lifts import Lift, LiftPrior, prior_of, shrunk
from analytics.models.experiment_sensitivity import over_depths, over_shares, tornado
from analytics.models.experiment_simulator import (
    Campaign,
    Past,
    break_even,
    expected_profit,
    pooled,
    simulate,
)

SURE = Lift(0.10, 0.0)


def past(rates: tuple[float, ...] = (0.1, 0.2), seen: float = 1e6) -> Past:
    """Return groups of 10,000 customers whose buyers spend 20 or 60, equally often."""
    buyers = np.array(rates) * seen
    counts = np.array([[one / 2, one / 2] for one in buyers])
    names = tuple(f"group {place}" for place in range(len(rates)))
    return Past(
        names, np.full(len(rates), 1e4), np.full(len(rates), seen), buyers,
        np.array([20.0, 60.0]), counts,
    )  # fmt: skip


def campaign(**changed: object) -> Campaign:
    """Return a discount of a tenth to everybody but a tenth of the customers."""
    usual = Campaign("discount", 0.1, 0.05, 0.0, 0.5, 0.1, 1.0, SURE)
    return replace(usual, **changed)  # type: ignore[arg-type]


def test_profit_is_the_sum_done_by_hand():
    """9,000 contacted, 900 buy anyway, 90 more for 40 each: every cost is in it."""
    profit = expected_profit(past((0.1,)), campaign())

    won, anyway, spend = 90, 900, 40
    by_hand = 0.5 * won * spend - 0.1 * (won + anyway) * spend - 0.05 * 9000
    assert profit.tolist() == pytest.approx([by_hand], rel=1e-4)


def test_draws_agree_with_the_mean():
    """Two thousand draws lie around the profit computed without drawing."""
    found = simulate(past(), campaign(lift=Lift(0.1, 0.02)))
    expected = float(expected_profit(past(), campaign()).sum())

    error = found.profit.std() / math.sqrt(len(found.profit))
    assert found.profit.mean() == pytest.approx(expected, abs=4 * error)
    low, high = found.band(found.profit, 0.8)
    assert ((found.profit >= low) & (found.profit <= high)).mean() == pytest.approx(0.8, abs=0.01)
    assert found.by_group.sum(axis=0) == pytest.approx(found.profit)


def test_the_discount_goes_to_those_who_buy_anyway_too():
    """What is given away is the discount on what would have been spent anyway."""
    found = simulate(past((0.1,)), campaign())

    assert found.given_away == pytest.approx(0.1 * 900 * 40, rel=0.02)
    nobody = simulate(past((0.1,)), campaign(redeemed=0.0))
    assert nobody.given_away == 0
    assert nobody.profit.mean() > found.profit.mean()


def test_without_a_lift_only_the_cost_is_left():
    """No lift: the profit is minus what was spent, in every draw."""
    found = simulate(past(), campaign(lift=Lift(0.0, 0.0)))

    assert found.profit == pytest.approx(-found.cost)
    assert found.profitable == 0
    assert found.return_on_investment == pytest.approx(-1)


def test_at_the_break_even_lift_nothing_is_won():
    """And no lift breaks even when the discount eats the margin."""
    even = break_even(past(), campaign())

    assert expected_profit(past(), campaign(), lift=even).sum() == pytest.approx(0, abs=0.01)
    assert break_even(past(), campaign(margin=0.1)) == math.inf
    assert break_even(past(), campaign(depth=0.0, offer="message", contact_cost=0.0)) == 0


def test_the_same_seed_gives_the_same_draws():
    """Sliders that come back show what they showed."""
    first, again = (simulate(past(), campaign(), seed=5) for _ in range(2))

    assert first.profit.tolist() == again.profit.tolist()


def test_small_groups_are_drawn_towards_all():
    """Two of ten customers who bought promise little; of a million, what they did."""
    few = replace(past((0.1, 0.2)), seen=np.array([1e6, 10.0]), buyers=np.array([1e5, 2.0]))
    rates = pooled(few).rates

    assert rates[0] == pytest.approx(0.1, rel=0.01)
    assert rates[1] < 0.15
    assert pooled(past((0.1, 0.2))).rates.tolist() == pytest.approx([0.1, 0.2], rel=0.01)
    with pytest.raises(ValueError, match="nobody"):
        pooled(replace(few, buyers=np.zeros(2)))


def test_the_season_scales_how_many_buy():
    """A season of a half halves what the campaign brings before its contacts are paid."""
    free = campaign(contact_cost=0.0)
    usual = expected_profit(past(), free).sum()

    assert expected_profit(replace(past(), season=0.5), free).sum() == pytest.approx(usual / 2)


def test_the_tornado_names_what_matters_most_first():
    """Swings are sorted; what costs nothing is not in it."""
    found = tornado(past(), campaign(lift=Lift(0.1, 0.05)))
    widths = [abs(one.high - one.low) for one in found]

    assert widths == sorted(widths, reverse=True)
    assert "Cost per redemption" not in [one.name for one in found]
    assert {"Lift", "Margin", "Depth of the discount"} <= {one.name for one in found}


def test_the_best_groups_are_contacted_first():
    """The curve rises while groups pay, and its end is the whole campaign."""
    offer = campaign(offer="gift", depth=0.0, redemption_cost=1.4, contact_cost=0.1)
    found = simulate(past((0.01, 0.3)), offer)
    curve, order = over_shares(found)

    assert order == [1, 0]
    assert curve.mean[-1] == pytest.approx(found.profit.mean())
    assert curve.at[curve.best] == 0.5


def test_only_a_discount_has_a_depth():
    """The curve over depths passes through the plan; other offers have none."""
    curve = over_depths(past(), campaign())

    assert curve is not None
    at = curve.at.index(0.1)
    assert curve.mean[at] == pytest.approx(float(expected_profit(past(), campaign()).sum()))
    assert over_depths(past(), campaign(depth=0.0, offer="message")) is None


@pytest.mark.parametrize(
    "wrong", [{"depth": 1.0}, {"margin": 0.0}, {"contact_cost": -1.0}, {"redeemed": 1.1}]
)
def test_an_impossible_campaign_is_refused(wrong):
    """Costs below 0 and shares beyond 1 are no campaign."""
    with pytest.raises(ValueError, match="must"):
        campaign(**wrong)


def test_a_planned_winner_is_shrunk():
    """Of a hope of +20% the sceptic keeps less, the more uncertain the less."""
    sure, vague = (shrunk(Lift(0.2, sd), LiftPrior()) for sd in (0.01, 0.2))

    assert 0.19 < sure.mean < 0.2
    assert 0 < vague.mean < 0.05
    assert vague.deviation < 0.2


def test_shrinking_undoes_the_winners_curse():
    """Choosing the best of twenty noisy lifts promises too much; the shrunk one does not."""
    generator = np.random.default_rng(8)
    true = generator.normal(0.0, 0.05, (4000, 20))
    seen = true + generator.normal(0, 0.08, true.shape)
    best = seen.argmax(axis=1)
    rows = np.arange(len(best))
    promised = seen[rows, best].mean()
    kept = np.mean([shrunk(Lift(one, 0.08), LiftPrior(0, 0.05)).mean for one in seen[rows, best]])
    brought = true[rows, best].mean()

    assert promised > 2 * brought
    assert kept == pytest.approx(brought, abs=0.003)


def test_the_prior_is_learned_from_experiments():
    """DerSimonian and Laird by hand: equal errors, so the plain mean and what noise leaves."""
    lifts, errors = [0.02, 0.06, 0.10, 0.02], [0.02] * 4
    found = prior_of(lifts, errors)

    between = np.var(lifts, ddof=1) - 0.02**2
    assert found.mean == pytest.approx(np.mean(lifts))
    assert found.deviation == pytest.approx(math.sqrt(between + (between + 0.02**2) / 4))
    assert found.experiments == 4
    assert prior_of(lifts[:2], errors[:2]) == LiftPrior()


def test_a_range_is_held_four_times_in_five():
    """The range given comes back from the lift made of it; one that does not ascend is refused."""
    lift = Lift.of_range(0.01, 0.05, 0.09)

    assert (lift.low, lift.high) == pytest.approx((0.01, 0.09))
    with pytest.raises(ValueError, match="ascend"):
        Lift.of_range(0.05, 0.01, 0.09)
