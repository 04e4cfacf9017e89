"""What cannot be loaded is refused in a sentence, and nothing has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.load import load_file
from tests.clickhouse_schema.loading.order_files import (
    HEADER,
    OPTIONS,
    ROWS,
    everything,
    expect_four,
    frame,
    write,
)


def test_missing_column_is_named(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """The sentence says what is missing, what there is, and what to type."""
    path = write(tmp_path / "a.csv", "1,2,3,4", header="InvoiceNo,StockCode,Quantity,Betrag")

    with pytest.raises(LoadError) as refused:
        load_file(empty_warehouse, path, OPTIONS)

    text = str(refused.value)
    assert "ordered_at, unit_price" in text
    assert "InvoiceNo, StockCode, Quantity, Betrag" in text
    assert "--map unit_price=" in text


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
