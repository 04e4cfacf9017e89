"""What kind of file a source is: format, encoding, delimiter and columns, from a few samples."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, cast

from clickhouse_schema.errors import LoadError

Format = Literal["csv", "parquet", "jsonl", "excel"]
_DELIMITERS = ",;\t|^~\x1f\x01:"
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_PLACES = 5
_PAGE = 64 * 1024  # bytes read of a column at once
_EXCEL_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file of order lines, as far as a look at it tells.

    Attributes:
        path: Where it is.
        format: csv, parquet, jsonl (one JSON object per line) or excel.
        columns: Names in the file's order.
        types: Type of each column as the engine names it; empty when all are text.
        encoding: Python's name of the text encoding; empty for binary formats.
        gzipped: Whether the text is compressed.
        delimiter: Between the fields of a csv.
        skip_lines: Lines before the first row of a csv, its header among them.
        samples: Rows from several places of the file, as text, fields in `columns` order.
        line_bytes: Mean length of a row as stored; 0 when unknown.
        lone_returns: Whether lines end in a carriage return alone.
        rows: Rows in all when the format says so, else 0.
    """

    path: Path
    format: Format
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    encoding: str = ""
    gzipped: bool = False
    delimiter: str = ","
    skip_lines: int = 1
    samples: tuple[tuple[str, ...], ...] = ()
    line_bytes: float = 0.0
    lone_returns: bool = False
    rows: int = 0

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    @property
    def expected_rows(self) -> int:
        """Rows there should be, about; 0 when nothing can be said."""
        if self.rows:
            return self.rows
        if not self.line_bytes:
            return 0
        packed = 8 if self.gzipped else 1
        return int(self.size * packed / self.line_bytes)


def inspect(path: Path, *, delimiter: str = "", encoding: str = "") -> Source:
    """
    Look at a file and say what it is.

    Args:
        path: The file.
        delimiter: Between fields of a csv; empty to recognise it.
        encoding: Of a text file; empty to recognise it.

    Raises:
        LoadError: It is missing, a folder, empty, unreadable, cut off, or of no known kind.
    """
    head = _read_head(path)
    if head.startswith(b"PAR1"):
        return _inspect_parquet(path)
    if head.startswith(_EXCEL_MAGIC):
        return Source(path, "excel")
    source = Source(path, "csv", gzipped=head.startswith(b"\x1f\x8b"))
    samples = _sample_bytes(source)
    if not samples[0].strip():
        raise LoadError(f"{path.name} is empty: there is nothing to load.")
    source = replace(source, encoding=encoding or _recognise_encoding(path, samples))
    feed = "\n".encode(source.encoding.removesuffix("-sig"))
    source = replace(source, lone_returns=feed not in samples[0] and b"\r" in samples[0])
    lines = _sample_lines(source, samples)
    first = next((line for line in lines if line.strip()), "").lstrip()
    if first.startswith("["):
        raise LoadError(
            f"{path.name} is one JSON list. Save it as JSON lines: one object per line, no list."
        )
    if first.startswith("{"):
        return _inspect_json(replace(source, format="jsonl", skip_lines=0), lines)
    return _inspect_csv(source, lines, delimiter)


def open_text(source: Source) -> IO[bytes]:
    """Return the bytes of a text source, decompressed."""
    if source.gzipped:
        return cast(IO[bytes], gzip.open(source.path, "rb"))
    return source.path.open("rb")


def _read_head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise LoadError(f"{path} is a folder. Name the files in it, one by one.")
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        raise LoadError(f"{path} does not exist.") from None
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}.") from error
    if not head:
        raise LoadError(f"{path.name} is empty (0 bytes): there is nothing to load.")
    return head


def _inspect_parquet(path: Path) -> Source:
    import pyarrow
    import pyarrow.parquet

    try:
        # A thousand rows are wanted, not the whole row groups they stand in.
        with pyarrow.parquet.ParquetFile(path, buffer_size=_PAGE, pre_buffer=False) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            groups = sorted({0, file.num_row_groups // 2, file.num_row_groups - 1})
            batches = [
                next(file.iter_batches(batch_size=1000, row_groups=[group]))
                for group in groups
                if rows and file.metadata.row_group(group).num_rows
            ]
    except (pyarrow.ArrowException, OSError, StopIteration) as error:
        raise LoadError(
            f"{path.name} is not a whole Parquet file; it may be cut off. Get it again."
        ) from error
    if not rows:
        raise LoadError(f"{path.name} has columns and no rows: there is nothing to load.")
    frame = pyarrow.Table.from_batches(batches).to_pylist()
    samples = tuple(
        tuple("" if value is None else str(value) for value in row.values()) for row in frame
    )
    return Source(
        path,
        "parquet",
        columns=tuple(schema.names),
        types=tuple(str(kind) for kind in schema.types),
        samples=samples,
        line_bytes=path.stat().st_size / rows,
        rows=rows,
    )


def _sample_bytes(source: Source) -> list[bytes]:
    """Return pieces from the start to the end of a text; the first begins at its beginning."""
    try:
        with open_text(source) as file:
            pieces = [file.read(_SAMPLE_BYTES)]
            if source.gzipped or len(pieces[0]) < _SAMPLE_BYTES:
                return pieces
            for part in range(1, _SAMPLE_PLACES):
                place = (source.size - _SAMPLE_BYTES) * part // (_SAMPLE_PLACES - 1)
                file.seek(max(place, 0) // 4 * 4)
                pieces.append(file.read(_SAMPLE_BYTES))
            return pieces
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(
            f"{source.path.name} cannot be read; it may be cut off. Get it again."
        ) from error


def _recognise_encoding(path: Path, samples: Sequence[bytes]) -> str:
    head = samples[0]
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return name
    nulls_even, nulls_odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    if nulls_even or nulls_odd:
        half = min(len(head), 2000) // 2
        if nulls_odd > 0.4 * half and nulls_even < 0.1 * half:
            return "utf-16-le"
        if nulls_even > 0.4 * half and nulls_odd < 0.1 * half:
            return "utf-16-be"
        raise LoadError(
            f"{path.name} is not a file of order lines we can read. "
            "CSV, Parquet, JSON lines and Excel can be loaded."
        )
    return "utf-8" if all(_is_utf8(piece) for piece in samples) else "cp1252"


def _is_utf8(piece: bytes) -> bool:
    """Whether a piece cut out of a text is UTF-8; half a character at either end is forgiven."""
    if piece.isascii():
        return True
    start = next((i for i in range(min(4, len(piece))) if piece[i] & 0xC0 != 0x80), 0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(piece[start:])
    except UnicodeDecodeError:
        return False
    return True


def _sample_lines(source: Source, samples: Sequence[bytes]) -> list[str]:
    """Return whole lines of the samples; those of the first piece come first."""
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    lines: list[str] = []
    for place, piece in enumerate(samples):
        text = piece.decode(encoding, errors="replace").removeprefix("\ufeff")
        found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        whole = len(samples) == 1 and len(piece) < _SAMPLE_BYTES
        found = found if whole or len(found) == 1 else found[:-1]
        lines += found if place == 0 else found[1:]
    return lines


def _mean_bytes(source: Source, lines: Sequence[str]) -> float:
    width = 2 if source.encoding.startswith("utf-16") else 1
    return sum(len(line) + 1 for line in lines) * width / max(len(lines), 1)


def _inspect_json(source: Source, lines: Sequence[str]) -> Source:
    columns: dict[str, None] = {}
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            rows.append(row)
            columns.update(dict.fromkeys(row))
    samples = tuple(
        tuple("" if row.get(name) is None else str(row[name]) for name in columns) for row in rows
    )
    return replace(
        source, columns=tuple(columns), samples=samples, line_bytes=_mean_bytes(source, lines)
    )


def _inspect_csv(source: Source, lines: Sequence[str], delimiter: str) -> Source:
    skip = 0
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    if lines[skip].lower().startswith("sep=") and len(lines[skip].strip()) == 5:
        delimiter = delimiter or lines[skip].strip()[4]
        skip += 1
    rest = lines[skip:]
    delimiter = delimiter or _recognise_delimiter(rest)
    if len(delimiter) != 1 or ord(delimiter) > 127 or delimiter in '"\r\n':
        raise LoadError("The delimiter must be one plain character.")
    rows = _parse(rest, delimiter)
    if len(rows) < 2:
        raise LoadError(f"{source.path.name} has a header and no rows: there is nothing to load.")
    columns = tuple(name.strip() for name in rows[0])
    return replace(
        source,
        columns=columns,
        delimiter=delimiter,
        skip_lines=skip + 1,
        samples=tuple(tuple(row) for row in rows[1:] if len(row) == len(columns)),
        line_bytes=_mean_bytes(source, rest),
    )


def _parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    rows = []
    try:
        rows = [row for row in reader if row]
    except csv.Error:
        rows = [line.split(delimiter) for line in lines if line]
    return rows


def _recognise_delimiter(lines: Sequence[str]) -> str:
    best, best_score = ",", (0.0, 0)
    for candidate in _DELIMITERS:
        rows = _parse(lines[:200], candidate)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agreeing = sum(len(row) == width for row in rows) / len(rows)
        score = (round(agreeing, 1), width)
        if score > best_score:
            best, best_score = candidate, score
    return best
