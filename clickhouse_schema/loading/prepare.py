"""Makes a plain UTF-8 file of sources that the engine cannot stream as they are."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.sources import Source, inspect, open_text

_CHUNK = 1 << 20
# A quoted text may span this many lines; beyond, its opening quote is taken for a stray one.
_LONGEST_FIELD = 20
Told = Callable[[int], None]


def needs_transcoding(source: Source) -> bool:
    """Whether the text has another encoding or line end than the engine reads."""
    return source.format in {"csv", "jsonl"} and (
        source.encoding not in {"utf-8", "utf-8-sig"} or source.lone_returns
    )


def transcode(source: Source, folder: Path, told: Told) -> Source:
    """Return the source as a UTF-8 file in `folder`."""
    path = folder / f"text.{source.format}"
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    done = 0
    try:
        with (
            io.TextIOWrapper(open_text(source), encoding, "replace", newline=None) as reader,
            path.open("w", encoding="utf-8", newline="") as writer,
        ):
            first = True
            while text := reader.read(_CHUNK):
                writer.write(text.removeprefix("\ufeff") if first else text)
                first = False
                done += text.count("\n")
                told(done)
    except (EOFError, zlib.error) as error:
        raise LoadError(f"{source.path.name} is cut off. Get it again.") from error
    return replace(source, path=path, encoding="utf-8", gzipped=False, lone_returns=False)


def mend(source: Source, folder: Path, told: Told) -> Source:
    """
    Return a csv with stray quotes or quoted line ends as a clean one in `folder`.

    A row that stays unreadable is written as a single field, and so is refused.
    """
    path = folder / "mended.csv"
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    with (
        io.TextIOWrapper(open_text(source), encoding, "replace", newline=None) as reader,
        path.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        lines = (line.rstrip("\n") for line in reader)
        for _ in range(source.skip_lines - 1):
            next(lines)
        for number, row in enumerate(_records(lines, source.delimiter, len(source.columns))):
            writer.writerow([field.replace("\n", " ") for field in row])
            if number % 50_000 == 0:
                told(number)
    return replace(source, path=path, encoding="utf-8", gzipped=False, delimiter=",", skip_lines=1)


def _records(lines: Iterator[str], delimiter: str, width: int) -> Iterator[list[str]]:
    waiting: list[str] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        if line.count('"') % 2 == 0:
            yield _fields(line, delimiter) or [""]
            continue
        joined, quotes = [line], line.count('"')
        while quotes % 2 and len(joined) < _LONGEST_FIELD:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            joined.append(more)
            quotes += more.count('"')
        row = _fields("\n".join(joined), delimiter) if quotes % 2 == 0 else []
        if len(row) == width:
            yield row
            continue
        waiting = joined[1:] + waiting
        plain = line.split(delimiter)
        yield plain if len(plain) == width else [line]


def _fields(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return [text]
    return rows[0] if len(rows) == 1 else [] if rows else [""]


def excel_as_csv(source: Source, folder: Path, told: Told) -> Source:
    """
    Return the first sheet with rows as a csv in `folder`.

    Raises:
        LoadError: It is no workbook, or has no rows.
    """
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(source.path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except Exception as error:  # calamine's errors have no common type
        raise LoadError(
            f"{source.path.name} is not an Excel workbook we can read; it may be cut off."
        ) from error
    sheet = next((sheet for sheet in sheets if sheet.height > 1), None)
    if sheet is None:
        raise LoadError(f"{source.path.name} has no rows: there is nothing to load.")
    path = folder / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(sheet.iter_rows()):
            writer.writerow([_cell(value) for value in row])
            if number % 20_000 == 0:
                told(number)
    made = inspect(path, delimiter=",", encoding="utf-8")
    return replace(made, rows=sheet.height - 1)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (time, timedelta)):
        return str(value)
    return "" if value is None else str(value).replace("\n", " ")
