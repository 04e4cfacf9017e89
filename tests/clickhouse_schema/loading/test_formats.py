"""Files of every kind come in as the order lines they hold, through the real engine."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.load import load_file
from tests.clickhouse_schema.loading.order_files import (
    HEADER,
    OPTIONS,
    ROWS,
    expect_four,
    frame,
    lines,
    write,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_encoding(
    empty_warehouse: Warehouse, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    """The delimiter and the encoding are recognised."""
    rows = [row.replace(",", delimiter) for row in ROWS]
    path = write(
        tmp_path / "a.csv", *rows, header=HEADER.replace(",", delimiter), encoding=encoding
    )

    summary = load_file(empty_warehouse, path, OPTIONS)

    expect_four(empty_warehouse, summary)


def test_latin_1(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A text that is not UTF-8 is read as Windows' Latin-1, wherever that shows."""
    row = "1,p,CAFÉ – CRÈME,1,2024-01-02,1.00,c,Österreich"
    path = write(tmp_path / "a.csv", row, encoding="cp1252")

    load_file(empty_warehouse, path, OPTIONS)

    assert lines(empty_warehouse, "country") == [("Österreich",)]
    assert empty_warehouse.rows("SELECT description FROM products") == [("CAFÉ – CRÈME",)]


def test_latin_1_far_behind_the_samples(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """One such letter between the places looked at still turns up right."""
    filler = [f"{n},p,PLAIN PLAIN PLAIN,1,2024-01-02,1.00,c,X" for n in range(60_000)]
    filler[17_000] = "17000,q,CAFÉ,1,2024-01-02,1.00,c,X"
    path = write(tmp_path / "a.csv", *filler, encoding="cp1252")

    summary = load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows("SELECT description FROM products FINAL WHERE product_id = 'q'")
    assert (summary.lines, found) == (60_000, [("CAFÉ",)])


def test_gzip(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A compressed file is the same file: loading it after the plain one changes nothing."""
    plain = write(tmp_path / "a.csv", *ROWS)
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    expect_four(empty_warehouse, load_file(empty_warehouse, packed, OPTIONS))
    assert load_file(empty_warehouse, plain, OPTIONS).unchanged


def test_json_lines(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """One object per line; numbers and texts alike, null is nothing, a broken line is refused."""
    names = HEADER.split(",")
    made = []
    for row in ROWS:
        cells = ", ".join(
            f'"{name}": ' + (cell if name == "Quantity" else json.dumps(cell or None))
            for name, cell in zip(names, row.split(","), strict=True)
        )
        made.append("{" + cells + "}")
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([*made, '{"InvoiceNo": "5', "[1]"]) + "\n")

    summary = load_file(empty_warehouse, path, OPTIONS)

    expect_four(empty_warehouse, replace(summary, rejected=0))
    assert summary.reasons == {"not a JSON object": 2}


@pytest.mark.parametrize("kind", ["float", "decimal", "text"])
def test_parquet(empty_warehouse: Warehouse, tmp_path: Path, kind: str) -> None:
    """Typed columns are read as they are; a customer id stored as a float loses its `.0`."""
    made = frame()
    if kind == "decimal":
        made["UnitPrice"] = [Decimal(row.split(",")[5]) for row in ROWS]
    if kind == "text":
        made = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
    made.to_parquet(tmp_path / "a.parquet")

    expect_four(empty_warehouse, load_file(empty_warehouse, tmp_path / "a.parquet", OPTIONS))


def test_excel(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """The first sheet with rows is read; dates and numbers as the workbook has them."""
    with pd.ExcelWriter(tmp_path / "a.xlsx", engine="xlsxwriter") as book:
        pd.DataFrame().to_excel(book, sheet_name="empty")
        frame().to_excel(book, sheet_name="lines", index=False)

    expect_four(empty_warehouse, load_file(empty_warehouse, tmp_path / "a.xlsx", OPTIONS))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("31/12/2010 08:26", "1/2/2011 9:05"), ("2010-12-31 08:26:00", "2011-02-01 09:05:00")),
        (("12/31/2010 08:26", "1/2/2011 9:05"), ("2010-12-31 08:26:00", "2011-01-02 09:05:00")),
        (("31.12.2010", "01.02.2011"), ("2010-12-31 00:00:00", "2011-02-01 00:00:00")),
        (("2010-12-31T08:26:00", "20110201"), ("2010-12-31 08:26:00", "2011-02-01 00:00:00")),
        (("12/1/2010 8:26 PM", "12/2/2010 9 AM"), ("2010-12-01 20:26:00", "2010-12-02 09:00:00")),
    ],
)  # fmt: skip
def test_date_formats(
    empty_warehouse: Warehouse, tmp_path: Path, times: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """The order of day and month is that of the whole file."""
    rows = [f"{n},p,,1,{at},1.00,c,X" for n, at in enumerate(times)]
    path = write(tmp_path / "a.csv", *rows)

    load_file(empty_warehouse, path, OPTIONS)

    assert lines(empty_warehouse, "toString(ordered_at)") == [(at,) for at in expected]


def test_month_first_decided_late_in_the_file(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A file whose first thousands of dates could be either is read to the one that decides."""
    rows = [f"{n},p,,1,1/2/2011 9:05,1.00,c,X" for n in range(50_000)]
    rows[20_000] = "20000,p,,1,1/13/2011 9:05,1.00,c,X"
    path = write(tmp_path / "a.csv", *rows)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows("SELECT DISTINCT toMonth(ordered_at) FROM order_lines")
    assert found == [(1,)]


def test_offsets_become_the_account_s_time(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A time with an offset is turned into the account's zone, summer time included."""
    path = write(
        tmp_path / "a.csv", "1,p,,1,2024-07-01T10:00:00Z,1,c,X", "2,p,,1,2024-01-01T10:00:00Z,1,c,X"
    )

    load_file(empty_warehouse, path, replace(OPTIONS, time_zone="Europe/Berlin"))

    found = lines(empty_warehouse, "toString(ordered_at)")
    assert found == [("2024-07-01 12:00:00",), ("2024-01-01 11:00:00",)]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (("1.234,50", "2,55"), ("1234.5000", "2.5500")),
        (("1,234.50", "2.55"), ("1234.5000", "2.5500")),
        (("£2.55", "€ 1'000.10"), ("2.5500", "1000.1000")),
        (("0.30000000000000004", "2.5499999999999998"), ("0.3000", "2.5500")),
    ],
)
def test_number_formats(
    empty_warehouse: Warehouse, tmp_path: Path, numbers: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """Decimal comma, marks of thousands, currency signs and a float's tail."""
    rows = [f"{n};p;;1;2024-01-02;{price};c;X" for n, price in enumerate(numbers)]
    path = write(tmp_path / "a.csv", *rows, header=HEADER.replace(",", ";"))

    load_file(empty_warehouse, path, OPTIONS)

    assert lines(empty_warehouse, "unit_price") == [(Decimal(text),) for text in expected]


def test_canonical_columns(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Every column of the canonical set arrives; cost is per unit, discount off the line."""
    path = write(
        tmp_path / "a.csv",
        "1,2024-01-02 10:00,p,3,2.00,c,web,DE,Mugs,Blue mug,0.50,1.00,card,Bonn",
        header="order_id,ordered_at,product_id,quantity,unit_price,customer_id,channel,country,"
        "category,description,unit_cost,discount,payment_method,store",
    )

    load_file(empty_warehouse, path, OPTIONS)

    found = lines(
        empty_warehouse,
        "channel, country, category, payment_method, store, net_amount, cost_amount",
    )
    amounts = Decimal("5.0000"), Decimal("1.5000")
    assert found == [("web", "DE", "Mugs", "card", "Bonn", *amounts)]
    sums = empty_warehouse.rows("SELECT gross_amount, discount_amount, net_amount FROM orders")
    assert sums == [(Decimal("6.0000"), Decimal("1.0000"), Decimal("5.0000"))]


def test_named_columns(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """--map takes what it is told; what it does not name is still recognised."""
    path = write(
        tmp_path / "a.csv", "1,2024-01-02,p,3,2.00,9.99", header="Bon,date,sku,qty,Netto,price"
    )

    mapping = {"order_id": "bon", "unit_price": "Netto"}
    summary = load_file(empty_warehouse, path, replace(OPTIONS, mapping=mapping))

    assert summary.columns["unit_price"] == "Netto"
    assert lines(empty_warehouse, "unit_price") == [(Decimal("2.0000"),)]
