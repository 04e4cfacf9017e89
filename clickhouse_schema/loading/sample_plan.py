"""
The sample retailer's plan: what was asked for, and every number its statements are given.

Pure arithmetic: no warehouse here. The same `SampleSpec` always gives the same plan.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from clickhouse_schema.loading.sample_words import CATEGORIES, COUNTRIES, SIZES, STYLES

# A fixed day, not the clock's: the same call makes the same shop next year too.
LAST_DAY = date(2025, 11, 30)
_MONTHS = 26
# Raise it when the same numbers make other rows: who asks again for a sample gets the new one.
_RECIPE = 2
# Lines a month from which a product shows its kind of demand: with fewer, chance alone makes a
# steady one vary by half its mean.
LEAST_SEEN = 18
# The best products never sell in bursts: those would be the shop's own weeks.
_NEVER_ERRATIC = 300
_YEARLY_GROWTH = 0.14
# Demand of the twelve months; gift customers and seasonal products add to the end of the year.
_SEASON = (0.90, 0.86, 0.94, 1.00, 1.01, 0.95, 0.84, 0.82, 0.98, 1.06, 1.14, 1.16)
_WEEKDAYS = (1.04, 0.98, 0.96, 0.98, 1.02, 1.10, 0.92)

CHANNELS = ("Web", "Mobile app", "Store", "Marketplace")
_CHANNEL_FROM = (0.40, 0.13, 0.33, 0.14)
_CHANNEL_TO = (0.40, 0.29, 0.21, 0.10)
_CHANNEL_WEEKDAYS = (
    (1.10, 1.04, 1.02, 1.00, 0.92, 0.80, 1.12),
    (0.96, 0.96, 0.98, 1.00, 1.00, 1.04, 1.25),
    (0.80, 0.82, 0.88, 0.94, 1.18, 1.75, 0.12),
    (1.04, 1.02, 1.00, 1.00, 0.96, 0.94, 1.08),
)
# Lines of an order beside the average of all.
CHANNEL_BASKETS = {"Web": 1.15, "Mobile app": 0.92, "Store": 0.95, "Marketplace": 0.80}
# Per channel: working day, then weekend; the hours from midnight.
_ONLINE = (8, 4, 2, 1, 1, 2, 6, 14, 24, 32, 38, 40, 44, 42, 38, 38, 40, 44, 50, 62, 76, 80, 58, 26)
_ONLINE_FREE = (
    11,
    6,
    3,
    2,
    1,
    2,
    4,
    8,
    18,
    34,
    48,
    54,
    52,
    48,
    46,
    46,
    48,
    50,
    52,
    58,
    70,
    74,
    52,
    26,
)
_APP = (14, 6, 3, 1, 1, 3, 12, 30, 34, 28, 28, 30, 44, 40, 30, 30, 34, 46, 56, 66, 82, 92, 74, 38)
_APP_FREE = (
    20,
    10,
    5,
    2,
    1,
    2,
    5,
    12,
    24,
    38,
    46,
    48,
    46,
    44,
    42,
    42,
    44,
    48,
    54,
    62,
    76,
    84,
    68,
    40,
)
_SHOP = (0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 46, 58, 72, 60, 50, 54, 66, 82, 78, 40, 0, 0, 0, 0)
_SHOP_FREE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 52, 82, 90, 92, 94, 90, 78, 58, 34, 12, 0, 0, 0, 0)
_HOURS = (_ONLINE, _ONLINE_FREE, _APP, _APP_FREE, _SHOP, _SHOP_FREE, _ONLINE, _ONLINE_FREE)
PAYMENT_METHODS = ("Card", "PayPal", "Cash", "Bank transfer", "Mobile pay", "Gift card")
_PAYMENTS = (
    (0.46, 0.31, 0.00, 0.12, 0.08, 0.03),
    (0.38, 0.27, 0.00, 0.04, 0.28, 0.03),
    (0.58, 0.00, 0.26, 0.00, 0.12, 0.04),
    (0.55, 0.38, 0.00, 0.07, 0.00, 0.00),
)
# Known customers' lives as shares: loyal, fading, won back, gift, new; the rest order once.
_LIVES = (0.18, 0.13, 0.08, 0.08, 0.09)
# Mean orders of gift and new customers.
_GIFT_ORDERS, _NEW_ORDERS = 2.4, 3.1
_CODES = ("KIT", "TEX", "FUR", "GAR", "LIG", "TOY", "CLO", "SHO", "BEA", "ELE", "SPO", "GIF")


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """
    What sample retailer to make.

    Attributes:
        customers: Known customers with at least one order.
        lines: Order lines in all, returns included; reached within 1%.
        products: Products of the range; a few may not be sold.
        seed: The same seed makes the same shop, line by line.
        last_day: Last day of the history, which is 26 months long.

    Raises:
        ValueError: The numbers do not make a shop.
    """

    customers: int = 25_000
    lines: int = 300_000
    products: int = 1_200
    seed: int = 1
    last_day: date = LAST_DAY

    def __post_init__(self) -> None:
        if self.customers < 100:
            raise ValueError("at least 100 customers are needed")
        if self.products < 60:
            raise ValueError("at least 60 products are needed")
        if self.lines < 3 * self.customers:
            raise ValueError("at least 3 lines per customer are needed")
        if not 0 <= self.seed < 2**63:
            raise ValueError("the seed must be a whole number from 0")
        if not 1980 <= self.last_day.year <= 2100:
            raise ValueError("the last day must be of a year from 1980 to 2100")

    @property
    def first_day(self) -> date:
        """First day of the history: of the month 25 months before the last."""
        months = self.last_day.year * 12 + self.last_day.month - _MONTHS
        return date(months // 12, months % 12 + 1, 1)

    @property
    def days(self) -> int:
        """Length of the history."""
        return (self.last_day - self.first_day).days + 1

    @property
    def weeks(self) -> int:
        """Calendar weeks the history touches, Monday to Sunday."""
        return (self.days + self.first_day.weekday() + 6) // 7

    @property
    def wished_basket(self) -> float:
        """Lines per order to aim at: more lines per customer are more orders and larger ones."""
        return max(1.7, 0.9 * math.sqrt(self.lines / self.customers))

    def as_detail(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return {**asdict(self), "last_day": self.last_day.isoformat()}

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> SampleSpec:
        """Return what `as_detail` told of."""
        return cls(**{**detail, "last_day": date.fromisoformat(detail["last_day"])})

    @property
    def content_hash(self) -> str:
        """SHA-256 of the fields and the recipe: equal for equal samples."""
        made_from = {**self.as_detail(), "recipe": _RECIPE}
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


REFERENCE_SCALE = SampleSpec(customers=2_000_000, lines=8_500_000, products=70_000)


def shares(weights: tuple[float, ...] | list[float]) -> list[float]:
    """Return the running sums of `weights` as shares; the last is 1."""
    whole = sum(weights)
    sums = [round(value / whole, 9) for value in accumulate(weights)]
    return [*sums[:-1], 1.0]


def day_weights(spec: SampleSpec) -> list[float]:
    """Return the demand of each day beside the others: growth, season, weekday, feast days."""
    weights = []
    for number in range(spec.days):
        day = spec.first_day + timedelta(days=number)
        growth = math.exp(_YEARLY_GROWTH * number / 365)
        luck = math.exp(0.16 * (_noise(spec.seed, number) - 0.5))
        season = _between_months(_SEASON, day)
        weights.append(growth * luck * season * _WEEKDAYS[day.weekday()] * _feast(day))
    return weights


def plan(spec: SampleSpec) -> dict[str, Any]:
    """Return the parameters that every statement of the sample is given."""
    weights = day_weights(spec)
    sums = [0.0, *accumulate(weights)]
    lows = [round(value / sums[-1], 9) for value in sums]
    return {
        "seed": spec.seed,
        "customers": spec.customers,
        "products": spec.products,
        "first_day": spec.first_day,
        "days": spec.days,
        "weeks": spec.weeks,
        "day_lows": lows[:-1],
        "promotion_rates": _promotion_rates(spec),
        "monthly_lines": spec.lines / _MONTHS,
        "least_seen": float(LEAST_SEEN),
        "never_erratic": min(math.ceil(0.04 * spec.products), _NEVER_ERRATIC),
        **_lives(spec, lows),
        **_places(),
        **_range(),
    }


def _range() -> dict[str, Any]:
    """Return what the categories and their words are."""
    noon = [date(2023, 1, 1) + timedelta(days=7 * week + 3) for week in range(52)]
    seasons = [
        [round(_between_months(kind.season, day), 3) for day in [*noon, noon[-1]]]
        for kind in CATEGORIES
    ]
    names = len(STYLES) * len(CATEGORIES[0].materials) * len(CATEGORIES[0].nouns)
    return {
        "categories": [kind.name for kind in CATEGORIES],
        "codes": list(_CODES),
        "category_shares": shares([kind.share for kind in CATEGORIES]),
        "prices": [kind.price for kind in CATEGORIES],
        "margins": [kind.margin for kind in CATEGORIES],
        "returns": [kind.returns for kind in CATEGORIES],
        "quantities": [kind.quantity for kind in CATEGORIES],
        "elasticities": [kind.elasticity for kind in CATEGORIES],
        "season": seasons,
        "peaks": [season.index(max(season)) for season in seasons],
        "styles": list(STYLES),
        "sizes": list(SIZES),
        "names": names,
        "materials": [list(kind.materials) for kind in CATEGORIES],
        "nouns": [list(kind.nouns) for kind in CATEGORIES],
    }


def _places() -> dict[str, Any]:
    """Return where and how people buy."""
    return {
        "countries": [country.name for country in COUNTRIES],
        "country_from": [country.share for country in COUNTRIES],
        "country_to": [country.later for country in COUNTRIES],
        "country_opens": [country.opens for country in COUNTRIES],
        "country_leaving": [int(country.later < country.share / 2) for country in COUNTRIES],
        "shops": [list(country.shops) for country in COUNTRIES],
        "channels": list(CHANNELS),
        "channel_from": list(_CHANNEL_FROM),
        "channel_to": list(_CHANNEL_TO),
        "channel_weekdays": [list(days) for days in _CHANNEL_WEEKDAYS],
        "hours": [shares([float(hour) for hour in hours]) for hours in _HOURS],
        "payment_methods": list(PAYMENT_METHODS),
        "payments": [shares(methods) for methods in _PAYMENTS],
    }


def _lives(spec: SampleSpec, lows: list[float]) -> dict[str, Any]:
    """
    Return how often customers of each life order, so that lines and customers both come right.

    Few orders per customer are made by more of them ordering only once: a loyal customer with two
    orders would not be one.
    """
    wished = spec.lines / 1.12 / spec.wished_basket / spec.customers
    regular = sum(_LIVES[:3])
    seldom = _LIVES[3] * _GIFT_ORDERS + _LIVES[4] * _NEW_ORDERS
    once = 1 - sum(_LIVES)
    mean = (wished - once - seldom) / regular
    scale = 1.0
    if mean < 6.5:
        # With fewer regulars of 6.5 orders each: once + scale x (regular x 6.5 + seldom) = wished.
        mean = 6.5
        scale = (wished - 1) / (regular * 6.5 + seldom - 1 + once)
        scale = min(1.0, max(0.1, scale))
    lives = [share * scale for share in _LIVES]
    seasons = _gift_seasons(spec, lows)
    return {
        "life_shares": shares([1 - sum(lives), *lives]),
        "loyal_more": max(0.5, 1.2 * mean / 0.85 - 6),
        "fading_more": max(0.5, 0.75 * mean - 4),
        "won_back_more": max(0.5, mean - 5),
        "gift_from": [low for low, _ in seasons],
        "gift_to": [high for _, high in seasons],
        "strangers": round(0.05 * wished * spec.customers),
    }


def _gift_seasons(spec: SampleSpec, lows: list[float]) -> list[tuple[float, float]]:
    """Return the three newest times before Christmas, 10 November to 23 December, in demand."""
    seasons = []
    for year in range(spec.first_day.year, spec.last_day.year + 1):
        first = (date(year, 11, 10) - spec.first_day).days
        last = (date(year, 12, 23) - spec.first_day).days + 1
        first, last = max(0, first), min(spec.days, last)
        if last - first >= 7:
            seasons.append((lows[first], lows[last]))
    while len(seasons) < 3:
        seasons.append(seasons[-1])
    return seasons[-3:]


def _promotion_rates(spec: SampleSpec) -> list[float]:
    """Return the chance of a product to be on promotion in each week of the history."""
    monday = spec.first_day - timedelta(days=spec.first_day.weekday())
    rates = []
    for week in range(spec.weeks):
        day = monday + timedelta(days=7 * week + 4)
        sale = (day.month == 1 and day.day > 4) or (day.month == 7 and day.day < 24)
        friday = day.month == 11 and day.day > 19
        rates.append(0.16 if sale or friday else 0.055)
    return rates


def _feast(day: date) -> float:
    """Return how a day stands out: Black Friday, the rush before Christmas, days at home."""
    november = date(day.year, 11, 1)
    black_friday = november + timedelta(days=(3 - november.weekday()) % 7 + 22)
    after = (day - black_friday).days
    if -4 <= after <= 3:
        return (1.2, 1.2, 1.25, 1.4, 2.3, 1.8, 1.6, 1.9)[after + 4]
    if day.month == 12:
        if day.day <= 20:
            return 1.3
        return 1.0 if day.day <= 23 else {24: 0.5, 25: 0.25, 26: 0.45, 31: 0.6}.get(day.day, 0.9)
    return 0.35 if (day.month, day.day) == (1, 1) else 1.0


def _between_months(months: tuple[float, ...], day: date) -> float:
    """Return the value of a day between the middles of two months."""
    place = day.month - 1 + (day.day - 15) / 30.5
    low = math.floor(place)
    part = place - low
    return months[low % 12] * (1 - part) + months[(low + 1) % 12] * part


def _noise(seed: int, number: int) -> float:
    """Return a number of [0, 1) that depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed} day {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
