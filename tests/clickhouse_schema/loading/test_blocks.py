"""However a file is cut up and its words are held, the same comes out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading import numbered_words, sending
from clickhouse_schema.loading.load import load_file
from tests.clickhouse_schema.loading.order_files import OPTIONS, everything, write

HEADER = (
    "order_id,product_id,description,category,quantity,ordered_at,unit_price,unit_cost,"
    "customer_id,country,channel,store"
)


def _line(product: str, description: str, category: str, cost: str, order: int) -> str:
    day = 1 + order // 10_000
    return (
        f"{order},{product},{description},{category},1,2024-01-{day:02},2.00,{cost},"
        f"c{order % 900},X,Web,"
    )


def test_product_is_what_last_came_with_it(
    empty_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later part of a file that leaves a text out does not hide what an earlier part said."""
    monkeypatch.setattr(sending, "_BLOCK_ROWS", 20_000)
    rows = [_line(f"filler {n % 50}", "FILLER", "Toys", "1.00", n) for n in range(150_000)]
    rows[10] = _line("p", "FIRST NAME", "Lamps", "0.50", 10)
    rows[40_000] = _line("p", "LAST NAME", "", "", 40_000)
    rows[40_001] = _line("p", "", "", "0.70", 40_001)
    rows[149_000] = _line("p", "", "", "", 149_000)
    rows[20] = _line("q", "OLD", "Lamps", "1.00", 20)
    rows[149_001] = _line("q", "NEW", "Chairs", "2.00", 149_001)
    rows[149_002] = _line("bare", "", "", "", 149_002)
    path = write(tmp_path / "a.csv", *rows, header=HEADER)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows(
        "SELECT product_id, description, category, unit_cost FROM products"
        " WHERE NOT startsWith(product_id, 'filler') ORDER BY product_id"
    )
    assert found == [
        ("bare", "", "", Decimal(0)),
        ("p", "LAST NAME", "Lamps", Decimal("0.7")),
        ("q", "NEW", "Chairs", Decimal(2)),
    ]
    assert empty_warehouse.rows("SELECT count(), uniqExact(product_key) FROM products") == [
        (53, 53)
    ]
    assert empty_warehouse.rows("SELECT count() FROM staging_product_lines") == [(0,)]


def _sold(rows: int) -> Decimal:
    """What lines 0 to `rows` of the test below sell to known customers."""
    return sum((Decimal("1.50") for n in range(rows) if n % 4 and n % 11), Decimal(0))


def test_words_by_number_change_nothing(
    empty_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words held by number, or as texts where there are too many, give the same sums."""
    countries = ("France", "Côte d'Ivoire", 'The "Isles"', "back\\slash", "")
    rows = [
        f"{n},p{n % 7},D,cat {n % 3},{1 - 2 * (n % 11 == 0)},2024-01-{1 + n % 27:02},1.50,0.5,"
        f'{"c" if n % 4 else ""},"{countries[n % 5].replace(chr(34), chr(34) * 2)}",{n % 2},s'
        for n in range(600)
    ]
    path = write(tmp_path / "a.csv", *rows, header=HEADER)
    load_file(empty_warehouse, path, OPTIONS)
    numbered = everything(empty_warehouse)
    assert {row[0] for row in empty_warehouse.rows("SELECT DISTINCT country FROM daily_sales")} == {
        *countries
    }
    lines = "SELECT sum(lines), sum(net_amount), uniqExact(day) FROM daily_sales"
    assert empty_warehouse.rows(f"{lines} WHERE known_customer") == [(450, _sold(600), 27)]

    monkeypatch.setattr(numbered_words, "_MOST_NUMBERED", 1)
    again = write(tmp_path / "b.csv", *rows, "", header=HEADER)
    load_file(empty_warehouse, again, replace(OPTIONS, replace=True))

    by_text = everything(empty_warehouse)
    for table in ("orders", "daily_sales", "customer_totals"):
        assert [row[1:] for row in by_text[table]] == [row[1:] for row in numbered[table]]


def test_order_keeps_a_word_of_some_lines(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """An order whose first line names no shop has the shop of its other line."""
    path = write(
        tmp_path / "a.csv",
        "1,p,D,Toys,1,2024-01-01,1.00,,c,France,Web,",
        "1,q,D,Toys,1,2024-01-01,1.00,,c,France,Web,Lyon",
        "2,q,D,Toys,1,2024-01-02,1.00,,c,France,Web,",
        header=HEADER,
    )

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows("SELECT country, channel, store FROM orders ORDER BY ordered_at")
    assert found == [("France", "Web", "Lyon"), ("France", "Web", "")]
