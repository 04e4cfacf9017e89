"""Whom a run is for, held still: each batch is the same however often it is sent."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import FACTS, FROZEN_ARMS, Members, members_sql
from clickhouse_schema.members.sets import held_still, tagged
from clickhouse_schema.members.stream import EXPORT_LIMITS

KEPT_DAYS = 90
FROZEN_FACTS = tuple(fact for fact in FACTS if fact != "segment_name")


def freeze(warehouse: Warehouse, members: Members, *, comment: str) -> tuple[str, int]:
    """
    Write down the members of a selection as they are now.

    A process killed meanwhile leaves rows under an id that nothing names.

    Returns:
        (id of the frozen members, how many they are).
    """
    drop_old(warehouse)
    freeze_id = secrets.token_hex(8)
    known = [fact for fact in FROZEN_FACTS if fact != "arm" or members.arms]
    facts = ", ".join(known)
    shown = ", ".join(f"shown_{fact}" for fact in known)
    with held_still(warehouse, members, EXPORT_LIMITS) as held:
        warehouse.command(
            f"INSERT INTO delivery_members (frozen_on, freeze_id, position, {facts})\n"
            f"SELECT today(), {{delivered_as:String}}, rowNumberInAllBlocks() + 1, {shown}\n"
            f"FROM ({members_sql(held, known)})\n"
            f"{EXPORT_LIMITS.clause(tagged(comment))}",
            {**held.bound, "delivered_as": freeze_id},  # arms are bound by a freeze of their own
        )
    counted = warehouse.command(
        "SELECT count() FROM delivery_members WHERE freeze_id = {freeze_id:String}",
        {"freeze_id": freeze_id},
    )
    return freeze_id, int(counted)


def frozen_members(warehouse: Warehouse, freeze_id: str, name: str) -> Members:
    """Return frozen members, of an experiment with their arms, to be written to a file."""
    (in_arms,) = warehouse.rows(
        "SELECT countIf(arm != '') > 0 FROM delivery_members WHERE freeze_id = {freeze_id:String}",
        {"freeze_id": freeze_id},
    )[0]
    arms = FROZEN_ARMS if in_arms else ""
    return Members("", {"freeze_id": freeze_id}, name, frozen=True, arms=arms)


def batch_of(warehouse: Warehouse, freeze_id: str, first: int, last: int) -> list[dict[str, Any]]:
    """
    Return the frozen members at positions `first` to `last`, both kept.

    Returns:
        For each, fact -> value, ready for JSON: dates as text, None if unknown.
    """
    rows = warehouse.rows(
        f"SELECT {', '.join(FROZEN_FACTS)} FROM delivery_members"
        " WHERE freeze_id = {freeze_id:String}"
        " AND position BETWEEN {first:UInt32} AND {last:UInt32} ORDER BY position",
        {"freeze_id": freeze_id, "first": first, "last": last},
    )
    return [
        {
            fact: value.isoformat() if hasattr(value, "isoformat") else value
            for fact, value in zip(FROZEN_FACTS, row, strict=True)
        }
        for row in rows
    ]


def still_frozen(warehouse: Warehouse, freeze_id: str) -> bool:
    """Return whether frozen members are still kept."""
    return bool(
        warehouse.command(
            "SELECT count() > 0 FROM delivery_members WHERE freeze_id = {freeze_id:String}",
            {"freeze_id": freeze_id},
        )
    )


def drop_old(warehouse: Warehouse) -> None:
    """Forget members frozen more than `KEPT_DAYS` ago, whole weeks at a time."""
    oldest = datetime.now(UTC).date() - timedelta(days=KEPT_DAYS)
    for (week,) in warehouse.rows(
        "SELECT DISTINCT partition FROM system.parts WHERE active"
        " AND database = {database:String} AND table = 'delivery_members'"
        " AND toDateOrZero(partition) < {oldest:Date}",
        {"database": warehouse.home.database, "oldest": oldest - timedelta(days=7)},
    ):
        warehouse.command(f"ALTER TABLE delivery_members DROP PARTITION '{week}'")
