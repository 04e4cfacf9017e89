"""Files of members hold every member once, whatever their ids look like."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from itertools import pairwise

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from analytics.exports.excel import write_excel
from analytics.exports.files import csv_chunks, export_of, parquet_chunks, plain_word
from analytics.exports.layouts import LAYOUTS
from clickhouse_schema.asking import working
from clickhouse_schema.errors import QueryCancelled
from clickhouse_schema.members.facts import EVERYBODY, FACTS, Members
from clickhouse_schema.members.sets import tagged
from clickhouse_schema.members.stream import count_members
from tests.filling import Line, fill

NASTY = ("=1+1", "+44 20", "-5", "@sum", "\tx", 'quo"te', "com,ma", "li\nne", "Zoë", "a@b.example")
EVERYONE = Members(EVERYBODY.text, {}, "Große “Käufer”")
APOSTROPHE = "'"


@pytest.fixture
def shop(empty_warehouse):
    """Three orders of one customer, one of each with a difficult id, and a stranger's."""
    fill(
        empty_warehouse,
        [
            Line("1", "2025-01-03 10:00", "10", "ann", country="France", channel="shop"),
            Line("2", "2025-02-03 10:00", "20.50", "ann", quantity="2", discount="1"),
            Line("3", "2025-03-01 09:00", "5", "ann", quantity="-1", kind="return"),
            Line("4", "2025-03-02 09:00", "7", ""),
            Line("5", "2025-03-03 09:00", "7", "returner", quantity="-1", kind="return"),
            *(Line(f"n{n}", "2025-01-05 10:00", "3", id_) for n, id_ in enumerate(NASTY)),
        ],
    )
    return empty_warehouse


def read_csv(chunks):
    """Return the rows of a CSV file as lists of text."""
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8"), newline="")))


def test_a_csv_has_every_member_once_with_what_is_known(shop):
    """Orders add up, returns stand beside them, who never bought has empty dates."""
    head, *rows = read_csv(csv_chunks(shop, export_of(EVERYONE, "generic", "csv")))
    found = {row[0]: row for row in rows}

    assert tuple(head) == LAYOUTS["generic"].headers
    assert len(rows) == len(NASTY) + 2 == count_members(shop, EVERYONE)
    assert found["ann"] == [
        "ann", "Germany", "web", "2025-01-03", "2025-02-03", "2", "3", "50", "5", "25",
        "Große “Käufer”",
    ]  # fmt: skip
    assert found["returner"][3:6] == ["", "", "0"]
    assert found["returner"][8:10] == ["7", ""]


def test_no_text_of_a_csv_is_a_formula(shop):
    """Ids that a spreadsheet would run have an apostrophe before them; others are untouched."""
    name = Members(EVERYBODY.text, {}, "=HYPERLINK(1)")
    _head, *rows = read_csv(csv_chunks(shop, export_of(name, "generic", "csv")))
    ids = {row[0] for row in rows}

    assert ids == {
        f"{APOSTROPHE}{id_}" if id_[0] in "=+-@\t" else id_ for id_ in (*NASTY, "ann", "returner")
    }
    assert {row[10] for row in rows} == {"'=HYPERLINK(1)"}


@pytest.mark.parametrize(("layout", "email", "id_"), [("mailchimp", 0, 1), ("klaviyo", 0, 1)])
def test_an_id_that_is_an_address_fills_the_email_column(shop, layout, email, id_):
    """Tools find contacts by address; an id that is none stays in its own column only."""
    head, *rows = read_csv(csv_chunks(shop, export_of(EVERYONE, layout, "csv")))
    found = {row[id_]: row[email] for row in rows}

    assert head[0] in {"Email Address", "Email"}
    assert found["a@b.example"] == "a@b.example"
    assert found["ann"] == "" == found["'@sum"]


def test_parquet_keeps_ids_and_types(shop):
    """Parquet carries ids as they are, dates as dates, and what the file is."""
    data = b"".join(parquet_chunks(shop, export_of(EVERYONE, "generic", "parquet", version=3)))
    table = pq.read_table(io.BytesIO(data))
    rows = {row["customer_id"]: row for row in table.to_pylist()}

    assert set(rows) == {*NASTY, "ann", "returner"}
    assert rows["ann"]["first_order_on"] == date(2025, 1, 3)
    assert (rows["ann"]["revenue"], rows["ann"]["orders"]) == (50.0, 2)
    assert rows["returner"]["average_order"] is None
    about = json.loads(table.schema.metadata[b"clientele"])
    assert (about["segment"], about["version"]) == ("Große “Käufer”", "3")


def test_nobody_makes_a_file_with_a_header(shop, tmp_path):
    """An empty selection is a file with its columns, not a broken one."""
    nobody = Members("SELECT customer_key FROM customers WHERE 0", {}, "Nobody")

    assert len(read_csv(csv_chunks(shop, export_of(nobody, "klaviyo", "csv")))) == 1
    data = b"".join(parquet_chunks(shop, export_of(nobody, "klaviyo", "parquet")))
    assert pq.read_table(io.BytesIO(data)).num_rows == 0
    path = tmp_path / "none.xlsx"
    assert write_excel(shop, export_of(nobody, "generic", "xlsx"), path, 0) == 0


def test_excel_writes_text_as_text(shop, tmp_path):
    """Whatever an id begins with, its cell holds the id and no formula; numbers are numbers."""
    path = tmp_path / "members.xlsx"
    written = write_excel(shop, export_of(EVERYONE, "generic", "xlsx"), path, 12)
    book = CalamineWorkbook.from_path(str(path))
    _head, *rows = book.get_sheet_by_name("Members").to_python()
    found = {row[0]: row for row in rows}

    assert written == 12 == len(rows)
    assert set(found) == {*NASTY, "ann", "returner"}
    assert found["ann"][3:8] == [date(2025, 1, 3), date(2025, 2, 3), 2, 3, 50]
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet2.xml")
    about = dict(book.get_sheet_by_name("About").to_python())
    assert about["Segment"] == "Große “Käufer”"
    assert "Not complete" not in about


def test_excel_says_what_did_not_fit(shop, tmp_path):
    """Beyond the last row of a sheet the rest is left out and counted."""
    path = tmp_path / "members.xlsx"
    written = write_excel(shop, export_of(EVERYONE, "generic", "xlsx"), path, 12, most=5)
    book = CalamineWorkbook.from_path(str(path))

    assert written == 5
    assert len(book.get_sheet_by_name("Members").to_python()) == 6
    about = dict(book.get_sheet_by_name("About").to_python())
    assert "7 members are not in this file" in about["Not complete"]


def test_an_export_can_be_stopped_between_blocks(shop):
    """What the caller raises on progress ends the stream, and the connection serves again."""

    def stop(rows: int) -> None:
        raise QueryCancelled("Stopped.")

    for chunks in (csv_chunks, parquet_chunks):
        with pytest.raises(QueryCancelled):
            list(chunks(shop, export_of(EVERYONE, "generic", "csv"), stop))
    half = csv_chunks(shop, export_of(EVERYONE, "generic", "csv"))
    next(half)
    next(half)
    half.close()

    assert count_members(shop, EVERYONE) == 12


def test_many_members_come_in_the_order_of_their_ids(empty_warehouse):
    """Several blocks make one file: no member twice, none lost."""
    empty_warehouse.command(
        "INSERT INTO customers SELECT 1, cityHash64(number), toString(number) FROM numbers(150000)"
    )
    told: list[int] = []
    _head, *rows = read_csv(
        csv_chunks(empty_warehouse, export_of(EVERYONE, "generic", "csv"), told.append)
    )
    ids = [row[0] for row in rows]

    assert len(ids) == 150_000
    assert all(before < after for before, after in pairwise(ids))
    assert told[-1] == 150_000 and len(told) > 1
    data = b"".join(parquet_chunks(empty_warehouse, export_of(EVERYONE, "generic", "parquet")))
    assert pq.read_table(io.BytesIO(data))["customer_id"].to_pylist() == ids


def test_the_statements_of_a_job_can_be_found_and_ended(shop):
    """Whatever a job runs carries its id at the end of its tag, as `cancel_job` looks for it."""
    with working("0123456789abcdef"):
        assert tagged("export_members") == "export_members job=0123456789abcdef"
        assert len(read_csv(csv_chunks(shop, export_of(EVERYONE, "generic", "csv")))) == 13
    assert tagged("export_members") == "export_members"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Lapsed big spenders!", "lapsed-big-spenders"),
        ("Große Käufer", "grosse-kaufer"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", "members"),
        ("a" * 200, "a" * 60),
    ],
)
def test_file_names_are_plain(name, word):
    """A name is safe in every file system and header."""
    assert plain_word(name) == word
    export = export_of(Members("", {}, name), "generic", "csv")
    assert export.file_name(date(2026, 11, 22)) == f"segment-{word}-2026-11-22.csv"


def test_unknown_choices_are_refused():
    """Layouts and formats come from a list, never from the address."""
    with pytest.raises(ValueError, match="no column layout"):
        export_of(EVERYONE, "../x", "csv")
    with pytest.raises(ValueError, match="no format"):
        export_of(EVERYONE, "generic", "exe")


def test_every_column_shows_a_fact_that_exists():
    """A layout names facts of the warehouse, each header once."""
    for layout in LAYOUTS.values():
        assert set(layout.facts) <= set(FACTS)
        assert len(set(layout.headers)) == len(layout.headers)
