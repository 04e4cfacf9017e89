"""
The same questions to ours and to others, about the same Parquet file.

Each engine reads the file into its own best form when it is made, and answers
from that. A sale line has a positive quantity and price and is of no cancelled
order; its revenue is quantity x price - discount.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from clickhouse_schema.filters import Filters
from dashboard.config import AppConfig

Answer = list[list[Any]]  # rows of plain values, in an order all engines share
COLUMNS = ["order_id", "ordered_at", "product_id", "customer_id", "quantity", "unit_price",
           "discount"]  # fmt: skip
TOP = 10
_CANCELLED = r"^C\d"


class Ours:
    """Clientele: the file loaded into a new warehouse, and the Overview's own queries."""

    def __init__(self, path: Path) -> None:
        from clickhouse_schema.client import Warehouse
        from clickhouse_schema.queries.loads import data_state
        from dashboard.handover import make_ready
        from dashboard.operations import perform

        config = AppConfig.from_env()
        self.warehouse = Warehouse.open(config.home, config.limits)
        make_ready(self.warehouse)
        options = {"non_products": list(config.non_product_codes)}
        perform(self.warehouse, "load", {"path": str(path), "options": options})
        state = data_state(self.warehouse)
        self.everything = Filters(state.first_day, state.today)

    def days(self) -> Answer:
        """Return day, revenue and orders of each day."""
        from clickhouse_schema.queries.orders import daily_orders
        from clickhouse_schema.queries.revenue import daily_revenue

        money = daily_revenue(self.warehouse, self.everything, None).set_index("day")["revenue"]
        orders = daily_orders(self.warehouse, self.everything, None)
        both = pd.concat([money, orders.groupby("day")["orders"].sum()], axis=1).dropna()
        return [[str(day.date()), *row] for day, row in zip(both.index, both.values, strict=True)]

    def customers(self, start: str, end: str) -> Answer:
        """Return how many customers were active, new and repeating in a period."""
        from clickhouse_schema.queries.customers import customer_activity

        period = Filters(date.fromisoformat(start), date.fromisoformat(end))
        found = customer_activity(self.warehouse, period, None, [0] * period.days)
        whole = found[found["position"] == -1].iloc[0]
        return [[int(whole[name]) for name in ("active", "new", "repeating")]]

    def products(self, start: str, end: str) -> Answer:
        """Return id and revenue of the products that sold best."""
        from clickhouse_schema.queries.products import product_movements

        period = Filters(date.fromisoformat(start), date.fromisoformat(end))
        found = product_movements(self.warehouse, period, None, TOP)
        best = found[found["is_product"]].nlargest(TOP, "revenue")
        return [list(row) for row in best[["product_id", "revenue"]].values]

    def year(self) -> tuple[str, str]:
        """Return the last year there is, to ask the other questions about."""
        end = self.everything.end
        return str(max(self.everything.start, end - timedelta(days=365))), str(end)


class Pandas:
    """pandas, with the sale lines in memory."""

    def __init__(self, path: Path) -> None:
        lines = pd.read_parquet(path, columns=COLUMNS)
        sold = (lines["quantity"] > 0) & (lines["unit_price"] > 0)
        sold &= ~lines["order_id"].str.match(_CANCELLED)
        lines = lines[sold]
        revenue = lines["quantity"] * lines["unit_price"] - lines["discount"].fillna(0)
        kept = lines[["order_id", "ordered_at", "product_id", "customer_id"]]
        self.sales = kept.assign(revenue=revenue, day=lines["ordered_at"].dt.normalize())

    def days(self) -> Answer:
        """Return day, revenue and orders of each day."""
        found = self.sales.groupby("day").agg(
            revenue=("revenue", "sum"), orders=("order_id", "nunique")
        )
        return [[str(day.date()), *row] for day, row in zip(found.index, found.values, strict=True)]

    def customers(self, start: str, end: str) -> Answer:
        """Return how many customers were active, new and repeating in a period."""
        known = self.sales.dropna(subset=["customer_id"])
        inside = known[(known["ordered_at"] >= start) & (known["ordered_at"] < end)]
        orders = inside.groupby("customer_id")["order_id"].nunique()
        first = known.groupby("customer_id")["ordered_at"].min()
        new = ((first >= start) & (first < end)).sum()
        return [[len(orders), int(new), int((orders >= 2).sum())]]

    def products(self, start: str, end: str) -> Answer:
        """Return id and revenue of the products that sold best."""
        inside = self.sales[(self.sales["ordered_at"] >= start) & (self.sales["ordered_at"] < end)]
        sums = inside.groupby("product_id")["revenue"].sum()
        best = sums[~sums.index.str.match(_fees())].nlargest(TOP)
        return [[product, revenue] for product, revenue in best.items()]


class Polars:
    """Polars, with the sale lines in memory."""

    def __init__(self, path: Path) -> None:
        import polars as pl

        self.pl = pl
        column = pl.col
        self.sales = (
            pl.scan_parquet(path)
            .select(COLUMNS)
            .filter(
                (column("quantity") > 0)
                & (column("unit_price") > 0)
                & ~column("order_id").str.contains(_CANCELLED)
            )
            .select(
                "order_id",
                column("ordered_at").dt.replace_time_zone(None),
                "product_id",
                "customer_id",
                revenue=column("quantity") * column("unit_price") - column("discount").fill_null(0),
                day=column("ordered_at").dt.date(),
            )
            .collect()
        )

    def days(self) -> Answer:
        """Return day, revenue and orders of each day."""
        column = self.pl.col
        grouped = self.sales.lazy().group_by("day")
        found = grouped.agg(column("revenue").sum(), orders=column("order_id").n_unique())
        return [[str(day), *row] for day, *row in found.sort("day").collect().rows()]

    def customers(self, start: str, end: str) -> Answer:
        """Return how many customers were active, new and repeating in a period."""
        column = self.pl.col
        known = self.sales.lazy().filter(column("customer_id").is_not_null())
        inside = column("ordered_at").is_between(*_between(start, end), closed="left")
        active = known.filter(inside).group_by("customer_id").agg(n=column("order_id").n_unique())
        first = known.group_by("customer_id").agg(column("ordered_at").min())
        counted = self.pl.collect_all(
            [
                active.select(self.pl.len(), again=(column("n") >= 2).sum()),
                first.select(inside.sum()),
            ]
        )
        ((every, again),), ((new,),) = counted[0].rows(), counted[1].rows()
        return [[every, new, again]]

    def products(self, start: str, end: str) -> Answer:
        """Return id and revenue of the products that sold best."""
        column = self.pl.col
        inside = column("ordered_at").is_between(*_between(start, end), closed="left")
        sums = self.sales.lazy().filter(inside).group_by("product_id").agg(column("revenue").sum())
        best = sums.filter(~column("product_id").str.contains(_fees())).top_k(TOP, by="revenue")
        return [list(row) for row in best.sort("revenue", descending=True).collect().rows()]


class DuckDb:
    """DuckDB, with the sale lines in a table of its own, in memory."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(
            "CREATE TABLE sales AS SELECT order_id, ordered_at::TIMESTAMP AS ordered_at,"
            " product_id, customer_id, ordered_at::DATE AS day,"
            " quantity * unit_price - coalesce(discount, 0) AS revenue FROM read_parquet($path)"
            " WHERE quantity > 0 AND unit_price > 0 AND NOT regexp_matches(order_id, $cancelled)",
            {"path": str(path), "cancelled": _CANCELLED},
        )

    def days(self) -> Answer:
        """Return day, revenue and orders of each day."""
        sql = "SELECT day, sum(revenue), count(DISTINCT order_id) FROM sales GROUP BY 1 ORDER BY 1"
        return [[str(day), *row] for day, *row in self._rows(sql)]

    def customers(self, start: str, end: str) -> Answer:
        """Return how many customers were active, new and repeating in a period."""
        sql = (
            "SELECT count() FILTER (n > 0), count() FILTER (first BETWEEN $start::TIMESTAMP"
            " AND $end::TIMESTAMP - INTERVAL 1 SECOND), count() FILTER (n > 1) FROM ("
            "SELECT min(ordered_at) AS first, count(DISTINCT order_id) FILTER (ordered_at"
            " >= $start::TIMESTAMP AND ordered_at < $end::TIMESTAMP) AS n"
            " FROM sales WHERE customer_id IS NOT NULL GROUP BY customer_id)"
        )
        return [list(row) for row in self._rows(sql, start=start, end=end)]

    def products(self, start: str, end: str) -> Answer:
        """Return id and revenue of the products that sold best."""
        sql = (
            "SELECT product_id, sum(revenue) AS amount FROM sales"
            " WHERE ordered_at >= $start::TIMESTAMP AND ordered_at < $end::TIMESTAMP"
            " AND NOT regexp_matches(product_id, $fees)"
            f" GROUP BY 1 ORDER BY amount DESC LIMIT {TOP}"
        )
        return [list(row) for row in self._rows(sql, start=start, end=end, fees=_fees())]

    def _rows(self, sql: str, **values: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql, values or None).fetchall())


ENGINES: Mapping[str, type[Any]] = {
    "ours": Ours,
    "pandas": Pandas,
    "Polars": Polars,
    "DuckDB": DuckDb,
}


def _between(start: str, end: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(start), pd.Timestamp(end)


def _fees() -> str:
    """Return the regular expression of ids that are no products, as ours has them set."""
    codes = AppConfig.from_env(dict(os.environ)).non_product_codes
    endings = [f"{code[:-1]}.*" if code.endswith("*") else code for code in codes]
    return f"^({'|'.join(endings)})$"
