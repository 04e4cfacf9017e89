"""The rules evaluated a second time, in plain pandas over the lines: slow, short, obvious."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analytics.models.rfm import DEFAULT_MAP
from clickhouse_schema.client import Warehouse
from clickhouse_schema.rules.tree import Condition, Group
from clickhouse_schema.scoring import Scope

CELLS = {word: DEFAULT_MAP.cells(word) for row in DEFAULT_MAP.rows for word in row}


def lines_of(warehouse: Warehouse) -> pd.DataFrame:
    """Return every line of a known customer, with the ids of customer and product."""
    rows = warehouse.rows(
        "SELECT names.customer_id, order_key, ordered_at, country, channel, l.category,"
        " goods.product_id, toString(kind), toFloat64(quantity), toFloat64(net_amount),"
        " toFloat64(discount_amount)"
        " FROM order_lines AS l"
        " ANY LEFT JOIN customers AS names ON names.customer_key = l.customer_key"
        " ANY LEFT JOIN products AS goods ON goods.product_key = l.product_key"
        " WHERE l.customer_key != 0"
    )
    frame = pd.DataFrame(
        rows,
        columns=[
            "customer", "order", "at", "country", "channel", "category", "product", "kind",
            "units", "net", "discount",
        ],
    )  # fmt: skip
    frame["at"] = pd.to_datetime(frame["at"]).dt.tz_localize(None)
    return frame


@dataclass
class Plain:
    """A shop at a snapshot, customer by customer."""

    lines: pd.DataFrame
    snapshot: datetime
    scope: Scope

    def __post_init__(self) -> None:
        lines = self.lines[self.lines["at"] < self.snapshot]
        for column, kept in (
            ("country", self.scope.countries),
            ("channel", self.scope.channels),
            ("category", self.scope.categories),
        ):
            if kept:
                lines = lines[lines[column].isin(kept)]
        sale = lines["kind"] == "sale"
        self.sales = lines[sale]
        lines = lines.assign(
            sold=lines["net"].where(sale, 0.0),
            units=lines["units"].where(sale, 0.0),
            back=-lines["net"].where(lines["kind"] == "return", 0.0),
            discounted=sale & (lines["discount"] > 0),
            is_order=sale,
        )
        self.orders = lines.groupby("order", as_index=False).agg(
            customer=("customer", "first"), at=("at", "min"), country=("country", "first"),
            channel=("channel", "first"), net=("sold", "sum"), back=("back", "sum"),
            units=("units", "sum"), discounted=("discounted", "max"),
            is_order=("is_order", "max"),
        )  # fmt: skip
        self.real = self.orders[self.orders["is_order"]]
        self.people = self._people()

    def _people(self) -> pd.DataFrame:
        people = self.real.groupby("customer").agg(
            first=("at", "min"), last=("at", "max"), frequency=("at", "size"),
            discounted=("discounted", "sum"),
        )  # fmt: skip
        sums = self.orders.groupby("customer")[["net", "back"]].sum().round(4)
        people = people.join(sums)
        people["recency"] = (self.snapshot - people["last"]) // pd.Timedelta(days=1)
        people["tenure"] = (self.snapshot - people["first"]) // pd.Timedelta(days=1)
        people["monetary"] = people["net"] - people["back"] * self.scope.net_of_returns
        people["average_order_value"] = people["net"] / people["frequency"]
        days = (people["last"] - people["first"]).dt.total_seconds() / 86400
        people["mean_gap"] = (days / (people["frequency"] - 1)).where(people["frequency"] > 1)
        people["discount_share"] = people["discounted"] / people["frequency"]
        people["return_rate"] = (people["back"] / people["net"]).where(people["net"] > 0)
        people["first_order"] = people["first"].dt.date
        people["last_order"] = people["last"].dt.date
        for score, measure in (("r", "recency"), ("f", "frequency"), ("m", "monetary")):
            cuts = people[measure].quantile([0.2, 0.4, 0.6, 0.8]).round(6).to_numpy()
            above = (people[measure].to_numpy()[:, None] > cuts[None]).sum(axis=1)
            people[f"{score}_score"] = 5 - above if score == "r" else 1 + above
        return people

    def members(self, tree: Group, saved: Mapping[str, Group]) -> set[str]:
        """Return the ids of the members."""
        held = self._holds(tree, saved)
        return set(held.index[held])

    def _holds(self, part: Group | Condition, saved: Mapping[str, Group]) -> pd.Series[Any]:
        if isinstance(part, Condition):
            return self.holds(part, saved)
        parts = [self._holds(inner, saved) for inner in part.parts]
        held = pd.Series(part.mode == "all", index=self.people.index)
        for one in parts:
            held = (held & one) if part.mode == "all" else (held | one)
        return ~held if part.negated else held

    def holds(self, part: Condition, saved: Mapping[str, Group]) -> pd.Series[Any]:
        """Return of whom a condition is true."""
        people = self.people
        if part.field == "saved_segment":
            inside = self._holds(saved[part.names[0]], saved)
            return inside if part.operator == "in_segment" else ~inside
        if part.field in ("country", "channel"):
            inside = people.index.isin(self._from(part))
        elif part.field in ("category", "product"):
            recent = self.sales[self.sales["at"] >= self._since(part)]
            inside = people.index.isin(recent.loc[recent[part.field].isin(part.names), "customer"])
        elif part.field == "rfm_segment":
            pairs = zip(people["r_score"], people["f_score"], strict=True)
            wanted = {pair for word in part.names for pair in CELLS[word]}
            inside = np.array([pair in wanted for pair in pairs])
        else:
            return self._compared(part)
        negative = part.operator in ("is_none_of", "not_bought")
        return pd.Series(~inside if negative else inside, index=people.index)

    def _since(self, part: Condition) -> datetime:
        return self.snapshot - timedelta(days=part.window) if part.window else datetime(1970, 1, 1)

    def _from(self, part: Condition) -> set[str]:
        orders = self.real
        if part.role == "first":
            orders = orders[orders["at"] == orders.groupby("customer")["at"].transform("min")]
        if part.role == "favourite":
            counts = orders.groupby(["customer", part.field]).size().rename("n").reset_index()
            best = counts.groupby("customer")["n"].transform("max")
            orders = counts[counts["n"] == best]
        return set(orders.loc[orders[part.field].isin(part.names), "customer"])

    def _compared(self, part: Condition) -> pd.Series[Any]:
        if part.window:
            recent = self.orders[self.orders["at"] >= self._since(part)]
            if part.field == "orders_in":
                found = recent[recent["is_order"]].groupby("customer").size()
            else:
                column = "net" if part.field == "spend_in" else "units"
                found = recent.groupby("customer")[column].sum().round(4)
            values = found.reindex(self.people.index, fill_value=0)
        else:
            values = self.people[part.field]
        given = part.value
        if part.operator == "between":
            assert isinstance(given, tuple)
            return (values >= given[0]) & (values <= given[1])
        return {
            "at_least": values.ge, "at_most": values.le, "more_than": values.gt,
            "less_than": values.lt, "equals": values.eq, "on_or_after": values.ge,
            "before": values.lt,
        }[part.operator](given)  # fmt: skip
