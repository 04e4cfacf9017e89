"""
Writes all members of a selection as CSV or Parquet, block by block, as they leave the engine.

Excel is in `excel.py`. What is asked for is an `Export`; nothing here knows
where the bytes go.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.exports.layouts import LAYOUTS, ColumnLayout, with_arm
from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import FACTS, Members
from clickhouse_schema.members.stream import blocks_of_members, csv_of_members

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ARROW = {"text": pa.string(), "date": pa.date32(), "count": pa.int64(), "number": pa.float64()}
_ROW_GROUP = 50_000
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """
    What is to be written.

    Attributes:
        members: Which customers.
        layout: Which columns.
        format: Key of `FORMATS`.
        version: Of the segment; 0 for a selection that was not saved.
        data_as_of: Day the data reaches to, as text.
        comment: Tag of the running statement.
    """

    members: Members
    layout: ColumnLayout
    format: str
    version: int = 0
    data_as_of: str = ""
    comment: str = "export_members"

    @property
    def about(self) -> dict[str, str]:
        """What a file says of itself where its format has a place for that."""
        return {
            "segment": self.members.name,
            "version": str(self.version or "not saved"),
            "columns": self.layout.label,
            "data_as_of": self.data_as_of,
        }

    def file_name(self, day: date) -> str:
        """Return a name that every system can keep: "segment-lapsed-2026-11-22.csv"."""
        return f"segment-{plain_word(self.members.name)}-{day.isoformat()}.{self.format}"


def export_of(
    members: Members, layout: str, format_: str, *, version: int = 0, data_as_of: str = ""
) -> Export:
    """
    Return the export that a reader's choices name; arms of an experiment are its last column.

    Raises:
        ValueError: There is no such layout or format.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"There is no column layout {layout!r}; use {', '.join(LAYOUTS)}.")
    if format_ not in FORMATS:
        raise ValueError(f"There is no format {format_!r}; use {', '.join(FORMATS)}.")
    columns = with_arm(LAYOUTS[layout]) if members.arms else LAYOUTS[layout]
    return Export(members, columns, format_, version, data_as_of)


def plain_word(name: str) -> str:
    """Return a name in small Latin letters, digits and hyphens; "members" if none are left."""
    latin = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "-", latin.decode().lower()).strip("-")[:60] or "members"


def csv_chunks(warehouse: Warehouse, export: Export, told: Told | None = None) -> Generator[bytes]:
    """
    Yield a CSV file in UTF-8: a header, then a line for each member, ended by CR LF.

    Args:
        told: Called with the rows written so far, after each block; what it
            raises ends the export.
    """
    head = io.StringIO()
    csv.writer(head, quoting=csv.QUOTE_MINIMAL).writerow(export.layout.headers)
    yield head.getvalue().encode()
    rows = 0
    with csv_of_members(
        warehouse, export.members, export.layout.facts, comment=export.comment
    ) as blocks:
        for lines in blocks:
            yield ("\r\n".join(lines) + "\r\n").encode()
            rows += len(lines)
            if told is not None:
                told(rows)


def parquet_chunks(
    warehouse: Warehouse, export: Export, told: Told | None = None
) -> Generator[bytes]:
    """Yield a Parquet file (zstd), in row groups of some fifty thousand; `told` as for CSV."""
    schema = _schema(export)
    sink = _Sink()
    rows = 0
    with (
        blocks_of_members(
            warehouse, export.members, export.layout.facts, comment=export.comment
        ) as blocks,
        pq.ParquetWriter(sink, schema, compression="zstd") as writer,
    ):
        held: list[Any] = []
        for columns in blocks:
            held.append(
                pa.record_batch(
                    [pa.array(column, type=field.type)
                     for column, field in zip(columns, schema, strict=True)],
                    schema=schema,
                )
            )  # fmt: skip
            rows += held[-1].num_rows
            if sum(batch.num_rows for batch in held) >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(held, schema))
                held.clear()
                yield sink.take()
            if told is not None:
                told(rows)
        if held:
            writer.write_table(pa.Table.from_batches(held, schema))
    yield sink.take()


def _schema(export: Export) -> Any:
    fields = [pa.field(header, _ARROW[FACTS[fact]]) for header, fact in export.layout.columns]
    return pa.schema(fields, metadata={"clientele": json.dumps(export.about)})


class _Sink(io.RawIOBase):
    """A file that only grows, and whose new bytes can be taken out."""

    def __init__(self) -> None:
        super().__init__()
        self._new = bytearray()
        self._length = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Append bytes."""
        added = bytes(data)
        self._new += added
        self._length += len(added)
        return len(added)

    def tell(self) -> int:
        """Return how much was written."""
        return self._length

    def take(self) -> bytes:
        """Return what was written since the last time."""
        new = bytes(self._new)
        self._new.clear()
        return new
