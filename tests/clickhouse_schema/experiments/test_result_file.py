"""Files of results: which column is what, which rows cannot be used, every format."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from clickhouse_schema.errors import LoadError
from clickhouse_schema.experiments.result_file import read_result_file
from clickhouse_schema.experiments.results import keep_results, result_moments

PLAIN = "customer,arm,converted,revenue\nann,Control,1,10.50\nbob,Offer,0,0\ncat,Offer,yes,7\n"


def read(tmp_path, text: str | bytes, name: str = "results.csv"):
    """Return what is read of a file with this content."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (tmp_path / "work").mkdir(exist_ok=True)
    return read_result_file(path, tmp_path / "work")


def test_a_plain_file_is_read_row_by_row(tmp_path):
    """Customer, arm, whether they bought, and for how much."""
    found = read(tmp_path, PLAIN)

    assert [row[1:4] for row in found.rows] == [
        ("ann", "Control", True), ("bob", "Offer", False), ("cat", "Offer", True),
    ]  # fmt: skip
    assert [row[5] for row in found.rows] == [10.5, 0.0, 7.0]
    assert found.arms == {"Control": 1, "Offer": 2}
    assert not found.refused


@pytest.mark.parametrize(
    ("text", "revenue"),
    [
        ("Variant;Umsatz;Revenue\nA;x;1.234,50\nB;x;€ 7,00\n", [1234.5, 7.0]),
        ("group\tspend\nA\t1,234.50\nB\tEUR 7\n", [1234.5, 7.0]),
        ("arm,amount\nA,-3\nB,\n", [-3.0, 0.0]),
    ],
)
def test_numbers_are_read_as_they_are_written(tmp_path, text, revenue):
    """Decimal commas, thousands, currencies, empty cells; the delimiter is recognised."""
    assert [row[5] for row in read(tmp_path, text).rows] == revenue


def test_without_a_column_for_it_who_spent_has_bought(tmp_path):
    """Conversion follows from revenue."""
    found = read(tmp_path, "arm,spend\nA,0\nA,5\nB,1\n")

    assert [row[3] for row in found.rows] == [False, True, True]


def test_unusable_rows_are_told(tmp_path):
    """No arm, no customer, twice the same one, no number, neither yes nor no."""
    text = PLAIN + "ann,Offer,1,3\n,Offer,1,3\ndan,,1,3\neve,Offer,maybe,3\nfay,Offer,1,lots\n"
    found = read(tmp_path, text)

    assert len(found.rows) == 3
    assert sum(found.refused.values()) == 5
    assert found.refused["rows repeat a customer"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("customer,revenue\nann,3\n", "arm"),
        ("customer,arm\nann,A\n", "came of it"),
        ("arm,converted\n,1\n", "No row"),
        ("arm,converted\n" + "\n".join(f"a{n},1" for n in range(11)), "more than 10"),
        ("", "empty"),
    ],
)
def test_a_file_that_says_too_little_is_refused(tmp_path, text, said):
    """With a sentence that says what is missing."""
    with pytest.raises(LoadError, match=said):
        read(tmp_path, text)


def test_every_format_gives_the_same_rows(tmp_path):
    """CSV, JSON lines, Parquet, Excel, UTF-16."""
    plain = read(tmp_path, PLAIN).rows
    records = [
        {"customer": "ann", "arm": "Control", "converted": 1, "revenue": 10.5},
        {"customer": "bob", "arm": "Offer", "converted": 0, "revenue": 0},
        {"customer": "cat", "arm": "Offer", "converted": 1, "revenue": 7},
    ]
    lines = "\n".join(json.dumps(one) for one in records)
    table = pa.Table.from_pylist([{**one, "revenue": float(one["revenue"])} for one in records])
    pq.write_table(table, tmp_path / "one.parquet")
    with xlsxwriter.Workbook(tmp_path / "one.xlsx") as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([list(records[0]), *[list(one.values()) for one in records]]):
            sheet.write_row(place, 0, row)

    assert read(tmp_path, lines, "one.jsonl").rows == plain
    assert read(tmp_path, PLAIN.encode("utf-16"), "sixteen.csv").rows == plain
    for name in ("one.parquet", "one.xlsx"):
        assert read_result_file(tmp_path / name, tmp_path / "work").rows == plain


def test_kept_rows_come_back_as_sums(tmp_path, empty_warehouse):
    """Per arm and part: customers, buyers, spending, what was known before."""
    text = "customer,arm,converted,revenue,before,part\n" + "\n".join(
        f"c{n},{'A' if n % 2 else 'B'},{n % 4 == 0:d},{n if n % 4 == 0 else 0},{n},north"
        for n in range(40)
    )
    result_id = keep_results(empty_warehouse, read(tmp_path, text).rows)
    found = result_moments(empty_warehouse, result_id).set_index("arm")

    evens = [n for n in range(40) if n % 4 == 0]
    assert found["customers"].to_dict() == {"A": 20, "B": 20}
    assert found.loc["B", "buyers"] == len(evens)
    assert found.loc["B", "revenue_total"] == sum(evens)
    assert found.loc["B", "revenue_products"] == sum(n * n for n in evens)
    assert found["before_known"].tolist() == [20, 20]
    assert found["visits_known"].sum() == 0
