"""What is planned: which customers, which offer, for how long, and what it is hoped to do."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

from analytics.models.experiment_lifts import Lift
from analytics.models.experiment_simulator import Campaign, Offer
from analytics.models.rfm import SEGMENTS
from clickhouse_schema.errors import InvalidThing
from clickhouse_schema.experiments.past import GOALS, Goal
from clickhouse_schema.rules.tree import EVERYBODY, Condition, Group, RuleError, cluster_name

EVERYONE = "all"
RFM, SAVED, CLUSTER = "rfm", "saved", "cluster"
FEWEST_DAYS, MOST_DAYS = 7, 182
MOST_ARMS = 5
GOAL_LABELS: dict[Goal, str] = {
    "conversion": "Customers who buy",
    "revenue": "Revenue per customer",
    "orders": "Orders per customer",
    "margin": "Margin per customer",
}
OFFER_LABELS: dict[Offer, str] = {
    "message": "Message only", "discount": "Discount", "gift": "Gift",
}  # fmt: skip
State = Literal["draft", "running", "stopped", "analysed"]
STATES: tuple[State, ...] = get_args(State)
_SEGMENT = re.compile(
    r"(all|rfm:[a-z_]{1,40}|saved:[a-z0-9_-]{1,64}"
    r"|cluster:[a-z0-9][a-z0-9_-]{0,63}:[1-9][0-9]?)"
)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """
    An experiment as it is planned.

    Attributes:
        segment: `all`, `rfm:<named segment>`, `saved:<id of a kept segment>` or
            `cluster:<id of a grouping>:<number of its group>`.
        goal: What it is judged by.
        days: How long it runs.
        offer: What customers get.
        depth: Of a discount, in [0, 0.9]; 0 for other offers.
        contact_cost, redemption_cost: Currency, per customer contacted and per use.
        margin: Share of the undiscounted price, in (0, 1].
        redeemed: Share of those who would buy anyway who use the offer.
        arms: Names, the control first.
        control: Share of the segment that gets nothing; the others share the rest alike.
        low, likely, high: The lift hoped for, relative; the range holds it four times in five.
        power: Wanted, in (0.5, 0.99].
        seed: Of the split.
        basis: Where the lift comes from, in words.

    Raises:
        ValueError: Something is out of bounds; the sentence says what.
    """

    segment: str = EVERYONE
    goal: Goal = "revenue"
    days: int = 28
    offer: Offer = "discount"
    depth: float = 0.10
    contact_cost: float = 0.05
    redemption_cost: float = 0.0
    margin: float = 0.40
    redeemed: float = 0.80
    arms: tuple[str, ...] = ("Control", "Offer")
    control: float = 0.30
    low: float = 0.01
    likely: float = 0.05
    high: float = 0.10
    power: float = 0.80
    seed: int = 1
    basis: str = "An assumption: nothing like it has been measured here yet"

    def __post_init__(self) -> None:
        object.__setattr__(self, "arms", tuple(self.arms))
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> list[str]:
        numbers = [
            ("The length", self.days, FEWEST_DAYS, MOST_DAYS),
            ("The discount", self.depth, 0, 0.9),
            ("The cost per contact", self.contact_cost, 0, 1e6),
            ("The cost per redemption", self.redemption_cost, 0, 1e6),
            ("The margin", self.margin, 0.01, 1),
            ("The share that uses the offer anyway", self.redeemed, 0, 1),
            ("The control group", self.control, 0.05, 0.9),
            ("The lower lift", self.low, -0.9, 10),
            ("The likely lift", self.likely, self.low, self.high),
            ("The higher lift", self.high, -0.9, 10),
            ("The power", self.power, 0.51, 0.99),
            ("The seed", self.seed, 0, 2**53),
        ]
        found = [
            f"{name} must lie between {low:g} and {high:g}."
            for name, value, low, high in numbers
            if not math.isfinite(value) or not low <= value <= high
        ]
        if not _SEGMENT.fullmatch(self.segment):
            found.append("Choose a segment.")
        elif self.segment.startswith("rfm:") and self.segment[4:] not in SEGMENTS:
            found.append("There is no such RFM segment.")
        if self.goal not in GOALS or self.offer not in OFFER_LABELS:
            found.append("Choose a goal and an offer.")
        names = [name.strip() for name in self.arms]
        if not 2 <= len(names) <= MOST_ARMS or len({name.lower() for name in names}) < len(names):
            found.append(f"There are 2 to {MOST_ARMS} arms, each with a name of its own.")
        if any(not name or len(name) > _LONGEST_NAME for name in names):
            found.append(f"An arm's name has 1 to {_LONGEST_NAME} characters.")
        return found

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the arms; they add up to 1."""
        each = (1 - self.control) / (len(self.arms) - 1)
        return (self.control, *[each] * (len(self.arms) - 1))

    @property
    def hoped(self) -> Lift:
        """The lift as somebody hopes for it."""
        return Lift.of_range(self.low, self.likely, self.high)

    def campaign(self, lift: Lift) -> Campaign:
        """Return what is done, with a lift as it is believed in."""
        return Campaign(
            self.offer, self.depth if self.offer == "discount" else 0.0, self.contact_cost,
            self.redemption_cost, self.margin, self.control, self.redeemed, lift,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self) | {"arms": list(self.arms)}

    @classmethod
    def of(cls, given: Any) -> Self:
        """
        Return the plan that somebody sent; what is missing is as usual.

        Raises:
            ValueError: It is none; the sentence says why.
        """
        if not isinstance(given, Mapping):
            raise ValueError("A plan is a list of choices.")
        found = {}
        for field in fields(cls):
            if field.name in given:
                found[field.name] = _typed(field.name, given[field.name], field.default)
        return cls(**found)


def _typed(name: str, value: Any, usual: Any) -> Any:
    if isinstance(usual, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise ValueError("The arms are a list of names.")
        return tuple(value)
    if isinstance(usual, str):
        if not isinstance(value, str) or len(value) > 300:
            raise ValueError(f"The {name} cannot be read.")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"Enter a number for {name.replace('_', ' ')}.")
    if isinstance(usual, int):
        if not math.isfinite(value) or int(value) != value:
            raise ValueError(f"Enter a whole number for {name.replace('_', ' ')}.")
        return int(value)
    return float(value)


def tree_of(segment: str, saved: Mapping[str, Group]) -> Group:
    """
    Return the rule of a plan's segment, not expanded.

    Raises:
        InvalidThing: It is gone, or cannot be read.
    """
    if segment == EVERYONE:
        return EVERYBODY
    kind, _, word = segment.partition(":")
    if kind == RFM:
        return Group("all", (Condition("rfm_segment", "is_any_of", (word,)),))
    if kind == CLUSTER:
        grouping, number = group_of(segment)
        name = cluster_name(grouping, number, "Group")
        return Group("all", (Condition("cluster", "is_any_of", (name,)),))
    if word not in saved:
        raise InvalidThing("The segment of this experiment is not there any more. Choose another.")
    return saved[word]


def group_of(segment: str) -> tuple[str, int]:
    """Return the grouping and the number of the group that a plan's segment names."""
    _, grouping, number = segment.split(":")
    return grouping, int(number)


def readable_plan(given: Any) -> Plan:
    """
    Return a kept plan.

    Raises:
        InvalidThing: It cannot be read.
    """
    try:
        return Plan.of(given)
    except (ValueError, RuleError) as error:
        raise InvalidThing(f"This plan cannot be used: {error}") from error


def describe_offer(plan: Plan) -> str:
    """Return the offer in a few words: "10% discount", "Gift", "Message only"."""
    if plan.offer == "discount":
        return f"{plan.depth:.0%} discount"
    return OFFER_LABELS[plan.offer]
