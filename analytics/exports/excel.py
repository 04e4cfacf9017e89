"""Writes members as an Excel workbook, row by row: a million need no more memory than ten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analytics.exports.files import Export, Told
from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import FACTS
from clickhouse_schema.members.stream import blocks_of_members

SHEET_ROWS = 1_048_575  # a sheet ends at row 1,048,576, and one is the header
# More than this takes seconds and holds the interpreter: a job.
JOB_ROWS = 10_000
_WIDTHS = {"text": 18, "date": 12, "count": 9, "number": 13}
_CELL_LENGTH = 32_767  # characters a cell can hold
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_excel(
    warehouse: Warehouse,
    export: Export,
    path: Path,
    members: int,
    told: Told | None = None,
    *,
    most: int = SHEET_ROWS,
) -> int:
    """
    Write the workbook to `path`.

    Beyond a sheet's last row the rest is left out, and a first sheet says so.

    Args:
        members: How many there are, to know beforehand whether they fit.
        told: Called with the rows written so far; what it raises ends the export.
        most: Rows of a sheet.

    Returns:
        The rows written.
    """
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        _write_about(book, export, members, most)
        sheet = book.add_worksheet("Members")
        if members <= most:
            sheet.activate()  # else the notice is what the reader sees first
        bold = book.add_format({"bold": True, "bottom": 1})
        forms = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "number": book.add_format({"num_format": "#,##0.00"}),
        }
        kinds = [FACTS[fact] for fact in export.layout.facts]
        for place, header in enumerate(export.layout.headers):
            sheet.set_column(place, place, max(_WIDTHS[kinds[place]], len(header) + 2))
            sheet.write_string(0, place, header, bold)
        sheet.freeze_panes(1, 0)
        written = 0
        with blocks_of_members(
            warehouse, export.members, export.layout.facts, comment=export.comment
        ) as blocks:
            for columns in blocks:
                for row in zip(*columns, strict=True):
                    if written == most:
                        return written
                    written += 1
                    _write_row(sheet, written, row, kinds, forms)
                if told is not None:
                    told(written)
    return written


def _write_about(book: Any, export: Export, members: int, most: int) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    lines = [(key.replace("_", " ").capitalize(), text) for key, text in export.about.items()]
    lines.append(("Members", f"{members:,}"))
    if members > most:
        lines.append(
            (
                "Not complete",
                f"An Excel sheet ends after {most:,} rows: {members - most:,} members are not in "
                "this file. Export as CSV or Parquet for all of them.",
            )
        )
    for row, (label, text) in enumerate(lines):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, text)


def _write_row(
    sheet: Any, number: int, row: tuple[Any, ...], kinds: Sequence[str], forms: dict[str, Any]
) -> None:
    """Write text as text whatever it begins with, so that no id becomes a formula."""
    for place, (value, kind) in enumerate(zip(row, kinds, strict=True)):
        if value is None:
            continue
        if kind == "text":
            sheet.write_string(number, place, value[:_CELL_LENGTH])
        elif kind == "date":
            sheet.write_datetime(number, place, value, forms["date"])
        else:
            sheet.write_number(number, place, value, forms.get(kind))
