"""Files of every kind come in as the order lines they hold, through the real engine."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled
from clickhouse_schema.loading import derive
from clickhouse_schema.loading.batches import batch_tables, unload
from clickhouse_schema.loading.info import loaded
from clickhouse_schema.loading.ledger import batches
from clickhouse_schema.loading.load import LoadOptions, LoadSummary, Progress, load_file

OPTIONS = LoadOptions(non_products=("POST", "M", "gift_*"))
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = (
    "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
    "536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom",
    "536366,22633,HAND WARMER,2,2010-12-13 08:28:00,1.85,,France",
    "C536367,71053,LANTERN,-1,2010-12-14 09:00:00,3.39,17850,United Kingdom",
)


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def lines(warehouse: Warehouse, columns: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(f"SELECT {columns} FROM order_lines ORDER BY batch_id, line_no")


def expect_four(warehouse: Warehouse, summary: LoadSummary) -> None:
    """The four rows of `ROWS` are there, whatever form they came in."""
    assert (summary.lines, summary.rejected) == (4, 0)
    assert lines(warehouse, "line_no, order_id, toString(ordered_at), quantity, unit_price") == [
        (1, "536365", "2010-12-01 08:26:00", Decimal("6.000"), Decimal("2.5500")),
        (2, "536365", "2010-12-01 08:26:00", Decimal("6.000"), Decimal("3.3900")),
        (3, "536366", "2010-12-13 08:28:00", Decimal("2.000"), Decimal("1.8500")),
        (4, "C536367", "2010-12-14 09:00:00", Decimal("-1.000"), Decimal("3.3900")),
    ]
    assert [row[0] for row in lines(warehouse, "toString(kind)")] == [*["sale"] * 3, "return"]
    known = warehouse.rows("SELECT DISTINCT customer_id FROM customers")
    assert known == [("17850",)]
    described = dict(warehouse.rows("SELECT product_id, description FROM products FINAL"))
    assert described["85123A"] == "WHITE HEART"


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


def frame() -> pd.DataFrame:
    made = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
    made["Quantity"] = made["Quantity"].astype(int)
    made["UnitPrice"] = made["UnitPrice"].astype(float)
    made["InvoiceDate"] = pd.to_datetime(made["InvoiceDate"])
    made["CustomerID"] = pd.to_numeric(made["CustomerID"])
    return made


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


def test_missing_column_is_named(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """The sentence says what is missing, what there is, and what to type."""
    path = write(tmp_path / "a.csv", "1,2,3,4", header="InvoiceNo,StockCode,Quantity,Betrag")

    with pytest.raises(LoadError) as refused:
        load_file(empty_warehouse, path, OPTIONS)

    text = str(refused.value)
    assert "ordered_at, unit_price" in text
    assert "InvoiceNo, StockCode, Quantity, Betrag" in text
    assert "--map unit_price=" in text


def test_rejects_tell_line_and_reason(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Each row that cannot be used is kept with its number, its reason and its text."""
    path = write(
        tmp_path / "a.csv",
        ROWS[0],
        ",85123A,X,1,2010-12-01,1,c,X",
        "1,,X,1,2010-12-01,1,c,X",
        "1,p,X,1,yesterday,1,c,X",
        "1,p,X,many,2010-12-01,1,c,X",
        "1,p,X,1,2010-12-01,free,c,X",
        "1,p,X,1,2010-12-01,1e300,c,X",
        "1,p,X,1000000,2010-12-01,1000000,c,X",
        "1,p,X",
        "1,p,X,1,2010-12-01,1,c,X,more",
        "",
        "1,p,X,1,1812-12-01,1,c,X",
        "1,p,X,1,10:30:00,1,c,X",
        ROWS[1],
    )

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert (summary.raw_lines, summary.lines, summary.rejected) == (14, 2, 12)
    found = empty_warehouse.rows("SELECT line_no, reason, raw FROM rejects ORDER BY line_no")
    assert [(row[0], row[1]) for row in found] == [
        (2, "no order id"),
        (3, "no product"),
        (4, "time cannot be read"),
        (5, "quantity is not a number"),
        (6, "price is not a number"),
        (7, "price is not a number"),
        (8, "amount is too large"),
        (9, "too few columns"),
        (10, "too many columns"),
        (11, "empty row"),
        (12, "time cannot be read"),
        (13, "time cannot be read"),
    ]
    assert "yesterday" in found[2][2]
    assert "more" in found[8][2]


def test_stray_quotes_cost_only_their_row(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A quote that never closes does not swallow the rest; one inside a text is only a letter."""
    filler = [f"{n},p,FINE,1,2024-01-02,1.00,c,X" for n in range(1000)]
    filler[300] = '300,q,"NEVER CLOSED,1,2024-01-02,1.00,c,X'
    filler[500] = '500,r,6" PLATE,1,2024-01-02,1.00,c,X'
    filler[600] = '600,s,"SAID ""HI""",1,2024-01-02,1.00,c,X'
    filler[700] = '700,t,"TWO\nLINES",1,2024-01-02,1.00,c,X'
    filler[800] = '800,u,"CLOSED" TOO EARLY,"1,2024-01-02'
    path = write(tmp_path / "a.csv", *filler)

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert (summary.lines, summary.rejected) == (999, 1)
    described = dict(empty_warehouse.rows("SELECT product_id, description FROM products FINAL"))
    assert described["q"] == '"NEVER CLOSED'
    assert described["r"] == '6" PLATE'
    assert described["s"] == 'SAID "HI"'
    assert described["t"] == "TWO LINES"


def test_kinds_products_and_duplicates(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Returns, free lines, corrections, postage and repeated lines are told apart, none dropped."""
    path = write(
        tmp_path / "a.csv",
        "1,p,A,2,2024-01-02 10:00,3.00,c,X",
        "1,p,A,2,2024-01-02 10:00,3.00,c,X",
        "1,p,B,2,2024-01-02 10:00,3.00,c,X",
        "C2,p,A,-2,2024-01-03,3.00,c,X",
        "3,p,A,-1,2024-01-03,3.00,c,X",
        "4,p,A,-5,2024-01-03,0,,X",
        "5,p,A,1,2024-01-03,0,c,X",
        "A6,B,BAD DEBT,1,2024-01-03,-11.00,,X",
        "7,POST,POSTAGE,1,2024-01-03,4.00,c,X",
        "7,gift_0001_20,GIFT,1,2024-01-03,20.00,c,X",
    )

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert summary.kinds == {"sale": 5, "return": 2, "correction": 2, "free": 1}
    assert summary.duplicates == 1
    assert empty_warehouse.rows("SELECT line_no FROM duplicate_lines") == [(2,)]
    services = empty_warehouse.rows("SELECT product_id FROM products FINAL WHERE NOT is_product")
    assert sorted(services) == [("POST",), ("gift_0001_20",)]
    assert empty_warehouse.command("SELECT sum(is_order) FROM orders") == 2


def test_c_is_no_mark_where_everything_has_it(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A shop whose order ids all begin with C is not a shop of cancellations."""
    path = write(tmp_path / "a.csv", *[f"C{n},p,A,2,2024-01-02,3.00,c,X" for n in range(20)])

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert summary.kinds == {"sale": 20}
    assert "C" in summary.notes[0]


def test_published_totals(empty_warehouse: Warehouse, shared_data: Path) -> None:
    """Online Retail shows every figure published about it."""
    load_file(empty_warehouse, shared_data / "online_retail" / "online_retail.parquet", OPTIONS)
    each, total = loaded(empty_warehouse)

    assert total is not None
    assert len(each) == 1
    raw, clean = total.raw, total.clean
    assert (raw.lines, raw.invoices, raw.customers, raw.products) == (541_909, 25_900, 4_372, 4_070)
    assert raw.amount == Decimal("9747747.934")
    assert (raw.first_at, raw.last_at) == ("2010-12-01 08:26:00", "2011-12-09 12:50:00")
    assert (clean.lines, clean.invoices, clean.customers) == (397_884, 18_532, 4_338)
    assert clean.amount == Decimal("8911407.904")
    assert total.left_out["no customer"] == 135_080
    assert raw.lines - sum(total.left_out.values()) == clean.lines
    assert (total.duplicates, total.rejected) == (5_268, {})
    november = empty_warehouse.rows(
        "SELECT sum(net_amount), sum(is_order) FROM orders WHERE customer_key != 0"
        " AND ordered_at >= '2011-11-01' AND ordered_at < '2011-12-01'"
    )
    assert november == [(Decimal("1161817.3800"), 2_657)]


def test_slices_change_nothing(
    empty_warehouse: Warehouse, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding up slice by slice gives what adding up at once gives, orders across days included."""
    path = shared_data / "online_retail" / "online_retail.parquet"
    monkeypatch.setattr(derive, "_SLICE_LINES", 40_000)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows(
        "SELECT count(), uniqExact(order_key), sumIf(is_order, customer_key != 0),"
        " sumIf(net_amount, customer_key != 0) FROM orders"
    )
    assert found == [(25_900, 25_900, 18_532, Decimal("8911407.9040"))]


def test_order_across_slices_is_one(
    empty_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose lines lie weeks apart is one order, at its first time."""
    monkeypatch.setattr(derive, "_SLICE_LINES", 1)
    days = ("01", "05", "09")
    rows = [f"{order},p,A,1,2024-01-{day},1.00,c,X" for day in days for order in ("a", day)]
    path = write(tmp_path / "a.csv", *rows)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows("SELECT toString(ordered_at), lines FROM orders ORDER BY ALL")
    assert found == [
        ("2024-01-01 00:00:00", 1),
        ("2024-01-01 00:00:00", 3),
        ("2024-01-05 00:00:00", 1),
        ("2024-01-09 00:00:00", 1),
    ]
    totals = empty_warehouse.rows("SELECT orders, net_amount FROM customer_totals")
    assert totals == [(4, Decimal("6.0000"))]


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL")
        for table in batch_tables(warehouse)
    }


def test_same_file_twice_changes_nothing(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """The second time says so; under another name too."""
    path = write(tmp_path / "a.csv", *ROWS)
    first = load_file(empty_warehouse, path, OPTIONS)
    before = everything(empty_warehouse)

    again = load_file(empty_warehouse, path.rename(tmp_path / "b.csv"), OPTIONS)

    assert again.unchanged
    assert again.batch_id == first.batch_id
    assert everything(empty_warehouse) == before


def test_replace_takes_out_what_was_there(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """--replace leaves only the new file, even when it is the same one."""
    first = load_file(empty_warehouse, write(tmp_path / "a.csv", *ROWS), OPTIONS)
    other = write(tmp_path / "b.csv", *ROWS[:2])

    summary = load_file(empty_warehouse, other, replace(OPTIONS, replace=True))
    again = load_file(empty_warehouse, other, replace(OPTIONS, replace=True))

    assert (summary.replaced, again.replaced) == ((first.batch_id,), (summary.batch_id,))
    assert [b.batch_id for b in batches(empty_warehouse, "live")] == [again.batch_id]
    assert empty_warehouse.command("SELECT count() FROM order_lines") == 2


def test_unload_hands_a_continued_order_over(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """An order in two files counts once; taking either file out leaves it counted once."""
    one = write(tmp_path / "1.csv", "a,p,A,1,2024-01-02,1.00,c,X", "b,p,A,1,2024-01-02,1.00,d,X")
    two = write(tmp_path / "2.csv", "a,q,A,1,2024-01-03,5.00,c,X")
    first = load_file(empty_warehouse, one, OPTIONS).batch_id
    load_file(empty_warehouse, two, OPTIONS)
    count = "SELECT sum(is_order) FROM orders"
    assert empty_warehouse.command(count) == 2

    unload(empty_warehouse, first)

    assert empty_warehouse.command(count) == 1
    totals = empty_warehouse.rows("SELECT orders, net_amount FROM customer_totals")
    assert totals == [(1, Decimal("5.0000"))]
    assert load_file(empty_warehouse, one, OPTIONS).lines == 2
    assert empty_warehouse.command(count) == 2


def test_unload_restores_everything(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Loading a file and taking it out leaves every table as it was."""
    load_file(empty_warehouse, write(tmp_path / "1.csv", *ROWS[:2]), OPTIONS)
    before = everything(empty_warehouse)
    batch = load_file(empty_warehouse, write(tmp_path / "2.csv", *ROWS), OPTIONS).batch_id

    unload(empty_warehouse, batch)

    assert everything(empty_warehouse) == before


def test_unknown_batch_is_refused(empty_warehouse: Warehouse) -> None:
    """There is a sentence, not a silence, for a batch that is not there."""
    with pytest.raises(LoadError, match="no batch 7"):
        unload(empty_warehouse, 7)


def test_two_currencies_are_refused(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Amounts of two currencies are never added up."""
    load_file(empty_warehouse, write(tmp_path / "a.csv", *ROWS), OPTIONS)

    with pytest.raises(LoadError, match="--currency EUR"):
        load_file(
            empty_warehouse, write(tmp_path / "b.csv", ROWS[0]), replace(OPTIONS, currency="GBP")
        )


def test_nothing_usable_is_refused(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A file of which no row can be used says why, and leaves nothing."""
    path = write(tmp_path / "a.csv", "1,p,A,x,2024-01-02,1.00,c,X")

    with pytest.raises(LoadError, match="1 quantity is not a number"):
        load_file(empty_warehouse, path, OPTIONS)

    assert all(not rows for rows in everything(empty_warehouse).values())


def test_progress_and_cancel(empty_warehouse: Warehouse, shared_data: Path) -> None:
    """Whoever waits is told how far it is; stopping leaves nothing."""
    told: list[Progress] = []
    cancel = threading.Event()

    def listen(progress: Progress) -> None:
        told.append(progress)
        if progress.stage == "Loading rows":
            cancel.set()

    with pytest.raises(QueryCancelled):
        load_file(
            empty_warehouse,
            shared_data / "online_retail" / "online_retail.parquet",
            OPTIONS,
            told=listen,
            cancel=cancel,
        )

    assert told[0].stage == "Looking at the file"
    assert all(not rows for rows in everything(empty_warehouse).values())
    assert [b.state for b in batches(empty_warehouse)] == ["failed"]


def test_a_file_name_is_only_a_name(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Quotes, stars and braces in a file's name or its columns do no harm."""
    path = write(tmp_path / "it's {a,b} *?.csv", *ROWS)

    expect_four(empty_warehouse, load_file(empty_warehouse, path, OPTIONS))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nothing.csv", b"", "is empty"),
        ("blank.csv", b"\n\n", "is empty"),
        ("header.csv", HEADER.encode(), "no rows"),
        ("list.json", b'[{"a": 1}]', "one object per line"),
        ("noise.bin", bytes(range(256)) * 50, "not a file of order lines"),
        ("cut.csv.gz", b"\x1f\x8b\x08\x00" + b"x" * 40, "cut off"),
        ("book.xlsx", b"PK\x03\x04" + b"x" * 400, "Excel"),
        ("cut.parquet", b"PAR1" + b"x" * 400, "cut off"),
    ],
)
def test_bad_files_are_refused(
    empty_warehouse: Warehouse, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """Each is refused in a sentence that says what it is, and no batch is begun."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(LoadError, match=said):
        load_file(empty_warehouse, tmp_path / name, OPTIONS)

    assert all(not rows for rows in everything(empty_warehouse).values())


def test_parquet_broken_inside(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A Parquet file whose pages are damaged is noticed while it loads; nothing of it stays."""
    path = tmp_path / "a.parquet"
    pd.concat([frame()] * 5_000).sample(frac=1, random_state=1).to_parquet(path)
    content = bytearray(path.read_bytes())
    content[2_000:12_000] = b"\xff" * 10_000
    path.write_bytes(content)

    with pytest.raises(LoadError, match=r"broken|cut off"):
        load_file(empty_warehouse, path, OPTIONS)

    assert all(not rows for rows in everything(empty_warehouse).values())
