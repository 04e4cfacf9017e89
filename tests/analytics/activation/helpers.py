"""What the tests of deliveries share: a segment of everybody, and a listener that notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analytics.activation.plan import ACTIVATION, Plan
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.reading import current, version_of
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author, Kind, Made
from clickhouse_schema.members.facts import EVERYBODY, Members

ANNA = Author("Anna")
SEGMENT = Kind("segment", "segment")


def everybody(warehouse: Warehouse, segment: str, version: int) -> tuple[Made, Members]:
    """Return a stored segment, and everybody as its members."""
    made = (
        version_of(warehouse, SEGMENT, segment, version)
        if version
        else current(warehouse, SEGMENT, segment)
    )
    if made.archived:
        raise UnknownThing("The segment is in the archive.")
    return made, Members(EVERYBODY.text, {}, made.name)


def activation(warehouse: Warehouse, **plan: Any) -> Made:
    """Store a segment of everybody and an activation of it."""
    segment = create(warehouse, SEGMENT, name="Everybody", body={}, author=ANNA, id_="everybody")
    body = Plan(segment=segment.id, **plan).to_dict()
    return create(warehouse, ACTIVATION, name="Send everybody", body=body, author=ANNA)


def add_customers(warehouse: Warehouse, count: int, first: int = 0) -> None:
    """Add customers named by numbers, without an order."""
    warehouse.command(
        "INSERT INTO customers SELECT 1, cityHash64(number), leftPad(toString(number), 6, '0')"
        " FROM numbers({first:UInt32}, {count:UInt32})",
        {"first": first, "count": count},
    )


@dataclass
class Heard:
    """A listener that keeps what it hears, and raises when it should stop."""

    messages: list[tuple[float, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    stop_after: int | None = None

    def told(self, percent: float, message: str) -> None:
        """Note it."""
        self.messages.append((percent, message))
        if self.stop_after is not None and len(self.messages) > self.stop_after:
            raise InterruptedError

    def wait(self, seconds: float) -> None:
        """Note it, and wait not."""
        self.waits.append(seconds)
