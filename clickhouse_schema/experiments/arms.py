"""Who is in which arm: drawn by a seed, balanced over scores, written down once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any

import pandas as pd

from clickhouse_schema.client import Warehouse, run_statement
from clickhouse_schema.experiments.statements import about, plain
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.sets import tagged
from clickhouse_schema.members.stream import EXPORT_LIMITS
from clickhouse_schema.scoring import Cuts

HOLDOUT_UNIT = 1_000_000
SPLIT_BALANCE = {
    "arm": "int64",
    "customers": "int64",
    **{
        f"{name}{what}": "float64"
        for name in ("recency", "frequency", "monetary")
        for what in ("", "_variance")
    },
    "cells": "object",
    "countries": "object",
    "channels": "object",
}
KEPT_OUT = {"members": "int64", "taken": "int64", "held": "int64"}


@dataclass(frozen=True, slots=True)
class Split:
    """
    How members are divided.

    Attributes:
        members: Who can be in.
        at: When they and their scores are judged.
        cuts: Of the scores.
        shares: Of the arms, the control first; they add up to 1.
        seed: The same seed gives the same arms.
        taken: Freezes of experiments that have their customers.
        holdout: Share of all customers that is in no experiment, in [0, 1).

    Raises:
        ValueError: The shares do not add up to 1, or a number is out of bounds.
    """

    members: Members = field(hash=False)
    at: datetime
    cuts: Cuts
    shares: tuple[float, ...]
    seed: int
    taken: tuple[str, ...] = ()
    holdout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.shares) < 2 or min(self.shares) <= 0 or abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"at least two shares above 0 must add up to 1: {self.shares}")
        if not 0 <= self.seed < 2**63 or not 0 <= self.holdout < 1:
            raise ValueError("the seed must be a whole number, the holdout in [0, 1)")

    def as_params(self) -> dict[str, Any]:
        """Return what is bound to `candidates`."""
        return {
            "seed": self.seed, "limits": list(accumulate(self.shares))[:-1],
            "taken": list(self.taken), "holdout": round(self.holdout * HOLDOUT_UNIT),
            "snapshot": self.at, "until": self.at, "since": self.at, **self.cuts.as_params(),
        }  # fmt: skip


def split_balance(warehouse: Warehouse, split: Split) -> pd.DataFrame:
    """
    Return arms as a split would make them, with what is known of their customers.

    Returns:
        One row per `arm`: `customers`, mean and variance of `recency` (days), `frequency`
        (orders) and `monetary` (currency), and as pairs of lists how many there are of each
        of the `cells`, `countries` and `channels`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about("split_balance", split.members)
    return run_statement(
        warehouse, "split_balance", text, params | split.as_params(), SPLIT_BALANCE
    )


def kept_out(warehouse: Warehouse, split: Split) -> tuple[int, int, int]:
    """Return the members there are, those another experiment has, and those held back by all."""
    text, params = about("kept_out", split.members)
    params |= split.as_params()
    row = run_statement(warehouse, "kept_out", text, params, KEPT_OUT).iloc[0]
    return int(row["members"]), int(row["taken"]), int(row["held"])


def freeze_arms(warehouse: Warehouse, split: Split) -> tuple[str, list[int]]:
    """
    Write down who is in which arm.

    Returns:
        (id of the freeze, customers per arm).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    freeze_id = secrets.token_hex(8)
    text, params = about("freeze_arms", split.members)
    params |= split.as_params() | {"freeze_id": freeze_id}
    warehouse.command(f"{text}\n{EXPORT_LIMITS.clause(tagged('freeze_arms'))}", params)
    rows = warehouse.rows(
        "SELECT arm, count() FROM experiment_arms WHERE freeze_id = {freeze_id:String}"
        " GROUP BY arm",
        {"freeze_id": freeze_id},
    )
    counted = {int(arm): int(customers) for arm, customers in rows}
    return freeze_id, [counted.get(arm, 0) for arm in range(len(split.shares))]


def overlap(warehouse: Warehouse, freeze_id: str, others: Sequence[str]) -> int:
    """Return how many customers of a freeze are in others too."""
    params = {"freeze_id": freeze_id, "others": list(others)}
    return int(warehouse.rows(plain("overlap"), params)[0][0])


def arm_members(freeze_id: str, name: str, arms: Sequence[str]) -> Members:
    """
    Return all customers of frozen arms as a selection to be exported.

    Args:
        freeze_id: Of the arms.
        name: What the selection is called.
        arms: Names of the arms, in the order of the plan.
    """
    return Members(
        "SELECT customer_key FROM experiment_arms WHERE freeze_id = {freeze_id:String}",
        {"freeze_id": freeze_id},
        name,
        arms="SELECT customer_key, {arm_names:Array(String)}[arm + 1] AS arm FROM experiment_arms"
        " WHERE freeze_id = {freeze_id:String}",
        arm_params={"freeze_id": freeze_id, "arm_names": list(arms)},
    )
