"""A shop of six hundred customers whose orders are known one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import Members
from clickhouse_schema.scoring import Cuts
from tests.conftest import empty
from tests.filling import Line, fill

EVERYBODY = Members(
    "SELECT DISTINCT customer_key FROM orders WHERE customer_key != 0"
    " AND ordered_at < {snapshot:DateTime('UTC')}",
    {"snapshot": datetime(2024, 6, 1)},
    "Everybody",
)
CUTS = Cuts((20, 40, 60, 80), (1, 2, 3, 4), (20, 40, 80, 160))


def orders(customers: int = 600, seed: int = 1) -> list[Line]:
    """Return one to four orders of each customer from March to June 2024."""
    draw = np.random.default_rng(seed)
    lines = []
    for customer in range(customers):
        for order in range(int(draw.integers(1, 5))):
            day = datetime(2024, 3, 1).toordinal() + int(draw.integers(0, 122))
            at = datetime.fromordinal(day).strftime("%Y-%m-%dT%H:00:00")
            if order == 0:
                at = at.replace("2024-06", "2024-03")  # everybody is a customer in June
            lines.append(
                Line(
                    f"o{customer}-{order}", at, f"{draw.gamma(2, 20):.2f}", f"c{customer:03}",
                    channel=str(draw.choice(["web", "store", "app"])),
                    country=str(draw.choice(["Germany", "France"])),
                )
            )  # fmt: skip
    return lines


@pytest.fixture(scope="module")
def shop(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The shop, loaded once for a module."""
    empty(warehouse)
    fill(warehouse, orders())
    yield warehouse
    empty(warehouse)
