"""Fills the test warehouse with a few lines written by hand, or with a published data set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from analytics.reports._cache import forget_version
from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.load import LoadOptions, load_file
from dashboard.config import AppConfig

_LINE_COLUMNS = (
    "batch_id", "line_no", "order_id", "order_key", "customer_key", "product_key", "ordered_at",
    "country", "channel", "category", "store", "payment_method", "kind", "is_product",
    "quantity", "unit_price", "discount_amount", "net_amount", "cost_amount",
)  # fmt: skip
_GRAINS = (
    """INSERT INTO orders SELECT batch_id, order_key, max(customer_key), min(ordered_at),
    any(country), any(channel), any(store), any(payment_method),
    countIf(kind = 'sale') > 0 AND (order_key, batch_id) NOT IN (SELECT l.order_key, b.batch_id
        FROM order_lines AS l CROSS JOIN (SELECT DISTINCT batch_id FROM order_lines) AS b
        WHERE l.kind = 'sale' AND l.batch_id < b.batch_id),
    count(), countIf(kind = 'sale'), countIf(kind = 'return'), sumIf(quantity, kind = 'sale'),
    sumIf(net_amount + discount_amount, kind = 'sale'), sumIf(discount_amount, kind = 'sale'),
    sumIf(net_amount, kind = 'sale'), sumIf(cost_amount, kind = 'sale'),
    -sumIf(net_amount, kind = 'return') FROM order_lines GROUP BY batch_id, order_key""",
    """INSERT INTO customer_totals SELECT batch_id, customer_key, min(ordered_at),
    max(ordered_at), countIf(is_order), sum(units), sum(net_amount), sum(returned_amount),
    groupArray(ordered_at), groupArray(if(is_order, cityHash64(country, channel), 0)),
    groupArray(net_amount) FROM orders WHERE customer_key != 0 AND sale_lines > 0
    GROUP BY batch_id, customer_key""",
    """INSERT INTO product_days SELECT batch_id, product_key, toDate(ordered_at) AS day,
    countIf(kind = 'sale'), sumIf(quantity, kind = 'sale'), sumIf(net_amount, kind = 'sale'),
    sumIf(cost_amount, kind = 'sale'), -sumIf(quantity, kind = 'return'),
    -sumIf(net_amount, kind = 'return') FROM order_lines GROUP BY batch_id, product_key, day""",
    """INSERT INTO daily_sales SELECT batch_id, toDate(ordered_at) AS day, country, channel,
    category, customer_key != 0 AS known, count(), countIf(kind = 'sale'),
    countIf(kind = 'return'), sumIf(quantity, kind = 'sale'),
    sumIf(net_amount + discount_amount, kind = 'sale'), sumIf(discount_amount, kind = 'sale'),
    sumIf(net_amount, kind = 'sale'), sumIf(cost_amount, kind = 'sale'),
    -sumIf(net_amount, kind = 'return'), sumIf(discount_amount, kind = 'return'),
    countIf(kind = 'free'), sumIf(net_amount, kind = 'free'),
    sumIf(discount_amount, kind = 'free'), sumIf(net_amount, kind = 'correction'),
    sumIf(discount_amount, kind = 'correction') FROM order_lines
    GROUP BY batch_id, day, country, channel, category, known""",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One order line, with as little said of it as a test needs."""

    order: str
    at: str
    price: str
    customer: str = ""
    product: str = "mug"
    quantity: str = "1"
    country: str = "Germany"
    channel: str = "web"
    category: str = "Kitchen"
    discount: str = "0"
    kind: Literal["sale", "return", "free", "correction"] = "sale"
    is_product: bool = True
    batch: int = 1

    def row(self, number: int) -> tuple[object, ...]:
        """Return the values of `order_lines`, in order."""
        quantity, price, discount = map(Decimal, (self.quantity, self.price, self.discount))
        return (
            self.batch, number, self.order, key(self.order), key(self.customer), key(self.product),
            datetime.fromisoformat(self.at), self.country, self.channel, self.category, "", "",
            self.kind, self.is_product, quantity, price, discount, quantity * price - discount, 0,
        )  # fmt: skip


def key(text: str) -> int:
    """Return a number that stands for an id; 0 for none."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) if text else 0


def fill(warehouse: Warehouse, lines: Iterable[Line], currency: str = "EUR") -> None:
    """Load lines, derive the coarser grains from them and write the ledger."""
    held = list(lines)
    rows = [line.row(number) for number, line in enumerate(held, 1)]
    warehouse.insert_rows("order_lines", rows, _LINE_COLUMNS)
    customers = {line.customer for line in held if line.customer}
    if customers:
        warehouse.insert_rows(
            "customers",
            [(1, key(id_), id_) for id_ in customers],
            ["batch_id", "customer_key", "customer_id"],
        )
    products = {line.product: line for line in held}
    warehouse.insert_rows(
        "products",
        [(1, key(id_), id_, id_.title(), line.category, line.is_product, 0)
         for id_, line in products.items()],
        ["batch_id", "product_key", "product_id", "description", "category", "is_product",
         "unit_cost"],
    )  # fmt: skip
    _finish(warehouse, currency)


def fill_online_retail(warehouse: Warehouse, shared_data: Path) -> None:
    """Load the published Online Retail set as a reader would."""
    options = LoadOptions(
        currency="GBP",
        time_zone="Europe/London",
        non_products=AppConfig.from_env({}, None).non_product_codes,
    )
    load_file(warehouse, shared_data / "online_retail" / "online_retail.parquet", options)
    forget_version()


def _finish(warehouse: Warehouse, currency: str) -> None:
    for statement in _GRAINS:
        warehouse.command(statement)
    (newest,) = warehouse.rows("SELECT max(event_no) FROM load_ledger")
    warehouse.insert_rows(
        "load_ledger",
        [(1, int(newest[0]) + 1, "live", currency, "Europe/London")],
        ["batch_id", "event_no", "state", "currency", "time_zone"],
    )
    forget_version()


def fill_cdnow(warehouse: Warehouse, shared_data: Path) -> None:
    """Load the published CDNOW master file: a purchase is a line and an order of its own."""
    source = f"file('{shared_data / 'cdnow' / 'cdnow_master.parquet'}', 'Parquet')"
    warehouse.command(
        f"""INSERT INTO order_lines ({", ".join(_LINE_COLUMNS)})
        SELECT 1, rowNumberInAllBlocks() + 1 AS line, toString(line), line,
        cityHash64(toString(customer_id)), 1, toDateTime(toDate(date), 'UTC'), '', '', '', '', '',
        if(dollar_value = 0, 'free', 'sale'), true, toDecimal64(1, 3),
        toDecimal64(toString(dollar_value), 4), 0, toDecimal64(toString(dollar_value), 4), 0
        FROM {source}"""
    )
    _finish(warehouse, "USD")


def fill_baskets(warehouse: Warehouse, path: Path, basket: str, item: str) -> None:
    """Load published baskets: each an order of one unit of each item for 1.00, one a minute."""
    source = f"(SELECT DISTINCT toUInt32({basket}) AS b, toString({item}) AS i FROM file('{path}'))"
    warehouse.command(
        f"""INSERT INTO order_lines ({", ".join(_LINE_COLUMNS)})
        SELECT 1, rowNumberInAllBlocks() + 1, toString(b), b, 0, cityHash64(i),
        toDateTime('2024-01-01 00:00:00', 'UTC') + 60 * b, '', '', '', '', '', 'sale', true, 1, 1,
        0, 1, 0 FROM {source}"""
    )
    warehouse.command(
        "INSERT INTO products SELECT 1, cityHash64(i), i, i, '', true, 0"
        f" FROM (SELECT DISTINCT i FROM {source})"
    )
    _finish(warehouse, "EUR")
