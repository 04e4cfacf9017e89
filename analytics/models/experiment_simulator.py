"""
What a campaign may bring: incremental revenue and profit, drawn from a segment's own history.

Conversion is a Beta of what the segment did in past windows, partially pooled over
sub-segments; what a buyer spends is drawn from what its buyers spent. The lift moves
how many buy. A discount is given to everybody who uses it, also to those who would
have bought anyway.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.models.experiment_lifts import Lift

DRAWS = 2000
# A sub-segment's own spending is mixed with that of all as if so many buyers more had been seen.
BORROWED_BUYERS = 30
# Bounds of how many customers of the average a sub-segment's own rate is mixed with.
_LEAST_POOLED, _MOST_POOLED = 20.0, 1e6

Array = npt.NDArray[np.float64]
Offer = Literal["message", "discount", "gift"]


@dataclass(frozen=True, slots=True)
class Past:
    """
    What sub-segments of a segment did in a window of the campaign's length.

    Attributes:
        names: Of the sub-segments.
        customers: In each now.
        seen: Customers whose past window was looked at, per sub-segment.
        buyers: Of those, who bought in it.
        values: Mean spend of a buyer in each bin, ascending; common to all.
        counts: Buyers per sub-segment and bin.
        season: What the campaign's time of the year does to how many buy; 1: nothing.
    """

    names: tuple[str, ...]
    customers: Array
    seen: Array
    buyers: Array
    values: Array
    counts: Array
    season: float = 1.0

    @property
    def rate(self) -> float:
        """Share of the customers seen who bought; 0 when nobody was seen."""
        seen = float(self.seen.sum())
        return float(self.buyers.sum()) / seen if seen else 0.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """
    What is done, and what it costs.

    Attributes:
        offer: What customers get.
        depth: Of the discount, in [0, 1); 0 for other offers.
        contact_cost: Per customer contacted.
        redemption_cost: Per buyer who uses the offer: a gift, a voucher's fee.
        margin: Of the undiscounted price, in (0, 1].
        holdout: Share of the segment that gets nothing, in [0, 1).
        redeemed: Share of those who would have bought anyway who use the offer.
        lift: Of how many buy.
    """

    offer: Offer
    depth: float
    contact_cost: float
    redemption_cost: float
    margin: float
    holdout: float
    redeemed: float
    lift: Lift

    def __post_init__(self) -> None:
        if not (0 <= self.depth < 1 and 0 < self.margin <= 1 and 0 <= self.holdout < 1):
            raise ValueError("depth and holdout must be in [0, 1), the margin in (0, 1]")
        if not 0 <= self.redeemed <= 1 or min(self.contact_cost, self.redemption_cost) < 0:
            raise ValueError("costs must not be below 0, the share redeemed in [0, 1]")


@dataclass(frozen=True, slots=True)
class Rates:
    """
    The segment as it is believed in, sub-segments partially pooled.

    Attributes:
        successes, failures: Of each sub-segment's Beta of its rate, before the season.
        chances: Of each sub-segment's buyers to spend as each bin says.
        spend: Mean of a buyer, per sub-segment.
    """

    successes: Array
    failures: Array
    chances: Array
    spend: Array

    @property
    def rates(self) -> Array:
        """Mean rate of each sub-segment."""
        return self.successes / (self.successes + self.failures)


def pooled(past: Past) -> Rates:
    """
    Return each sub-segment's rate and spending, drawn towards those of all.

    Raises:
        ValueError: Nobody bought.

    References:
        Gelman and others (2013), Bayesian Data Analysis, 5.3; the strength of pooling by
        moments: Kleinman (1973), Journal of the American Statistical Association 68, 46-54.
    """
    if not past.buyers.sum():
        raise ValueError("nobody of the segment bought in the past windows")
    rate = float(np.clip(past.rate, 1e-9, 1 - 1e-9))
    strength = _strength(past, rate)
    total = past.counts.sum(axis=0)
    of_all = total / total.sum()
    chances = (past.counts + BORROWED_BUYERS * of_all) / (
        past.counts.sum(axis=1, keepdims=True) + BORROWED_BUYERS
    )
    return Rates(
        past.buyers + strength * rate,
        past.seen - past.buyers + strength * (1 - rate),
        chances,
        chances @ past.values,
    )


def _strength(past: Past, rate: float) -> float:
    """Return how many customers of the average each sub-segment is mixed with."""
    held = past.seen > 0
    if held.sum() < 2:
        return _LEAST_POOLED
    seen, rates = past.seen[held], past.buyers[held] / past.seen[held]
    own = float((rate * (1 - rate) / seen * seen).sum() / seen.sum())
    between = float((seen * (rates - rate) ** 2).sum() / seen.sum()) - own
    if between <= 0:
        return _MOST_POOLED
    return float(np.clip(rate * (1 - rate) / between - 1, _LEAST_POOLED, _MOST_POOLED))


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    Draws of what a campaign may bring, against doing nothing.

    Attributes:
        revenue, profit, cost: One each per draw; revenue after discounts.
        by_group: Profit per sub-segment and draw.
        treated: Customers contacted, per sub-segment.
        given_away: Discount and gifts for those who would have bought anyway, on average.
    """

    revenue: Array
    profit: Array
    cost: Array
    by_group: Array
    treated: Array
    given_away: float

    @property
    def profitable(self) -> float:
        """Probability that the profit is above 0."""
        return float((self.profit > 0).mean())

    @property
    def return_on_investment(self) -> float:
        """Mean profit for each unit spent; NaN when nothing is spent."""
        spent = float(self.cost.mean())
        return float(self.profit.mean()) / spent if spent else float("nan")

    def band(self, of: Array, share: float) -> tuple[float, float]:
        """Return the range that holds a draw with the probability `share`."""
        low, high = np.quantile(of, [(1 - share) / 2, (1 + share) / 2])
        return float(low), float(high)


def simulate(past: Past, campaign: Campaign, *, draws: int = DRAWS, seed: int = 1) -> Simulation:
    """
    Return draws of a campaign's outcome.

    Args:
        past: The segment's history.
        campaign: What is done; its lift as believed in, already shrunk.
        draws: How many.
        seed: The same seed gives the same draws.

    Raises:
        ValueError: Nobody of the segment bought in the past.
    """
    generator = np.random.default_rng(seed)
    beliefs = pooled(past)
    lift = generator.normal(campaign.lift.mean, campaign.lift.deviation, draws)
    treated = np.round(past.customers * (1 - campaign.holdout))
    outcome = np.zeros((4, len(treated), draws))  # extra spend, discount, other cost, given away
    for place, customers in enumerate(treated):
        rates = generator.beta(beliefs.successes[place], beliefs.failures[place], draws)
        outcome[:, place] = _group_outcome(
            generator, campaign, int(customers), np.clip(rates * past.season, 0, 1), lift,
            beliefs.chances[place], past.values,
        )  # fmt: skip
    extra, discount, other, away = outcome
    by_group = campaign.margin * extra - discount - other
    return Simulation(
        revenue=(extra - discount).sum(axis=0),
        profit=by_group.sum(axis=0),
        cost=(discount + other).sum(axis=0),
        by_group=by_group,
        treated=treated,
        given_away=float(away.sum(axis=0).mean()),
    )


def _group_outcome(
    generator: np.random.Generator,
    campaign: Campaign,
    customers: int,
    rates: Array,
    lift: Array,
    chances: Array,
    values: Array,
) -> Array:
    """Return extra spend, discount, other cost and what was given away, per draw."""
    anyway = generator.binomial(customers, rates)
    room = np.where(rates < 1, rates / np.maximum(1 - rates, 1e-12), 0.0)
    won = generator.binomial(customers - anyway, np.clip(room * lift, 0, 1))
    lost = generator.binomial(anyway, np.clip(-lift, 0, 1))
    used = generator.binomial(anyway - lost, campaign.redeemed)

    def spent(buyers: npt.NDArray[np.int64]) -> Array:
        found: Array = generator.multinomial(buyers, chances / chances.sum()) @ values
        return found

    spend_won, spend_lost, spend_used = spent(won), spent(lost), spent(used)
    discount = campaign.depth * (spend_won + spend_used)
    other = campaign.contact_cost * customers + campaign.redemption_cost * (won + used)
    away = campaign.depth * spend_used + campaign.redemption_cost * used
    return np.array([spend_won - spend_lost, discount, other, away])


def expected_profit(
    past: Past,
    campaign: Campaign,
    *,
    lift: float | None = None,
    rate_factor: float = 1.0,
    spend_factor: float = 1.0,
) -> Array:
    """
    Return the mean profit of each sub-segment, without drawing.

    Args:
        past, campaign: As for `simulate`.
        lift: In the place of the campaign's mean.
        rate_factor, spend_factor: Scale how many buy and what they spend.
    """
    beliefs = pooled(past)
    hoped = campaign.lift.mean if lift is None else lift
    treated = past.customers * (1 - campaign.holdout)
    anyway = treated * np.clip(beliefs.rates * past.season * rate_factor, 0, 1)
    spend = beliefs.spend * spend_factor
    won = np.minimum(anyway * max(hoped, 0.0), treated - anyway)
    lost = anyway * min(max(-hoped, 0.0), 1.0)
    users = won + campaign.redeemed * (anyway - lost)
    profit: Array = (
        campaign.margin * (won - lost) * spend
        - campaign.depth * users * spend
        - campaign.redemption_cost * users
        - campaign.contact_cost * treated
    )
    return profit


def break_even(past: Past, campaign: Campaign) -> float:
    """Return the lift at which the mean profit is 0; inf when no lift below tenfold reaches it."""
    low, high = 0.0, 10.0
    if expected_profit(past, campaign, lift=high).sum() <= 0:
        return math.inf
    if expected_profit(past, campaign, lift=low).sum() >= 0:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if expected_profit(past, campaign, lift=middle).sum() < 0:
            low = middle
        else:
            high = middle
    return high
