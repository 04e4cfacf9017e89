"""
Reads a file of results, one row per customer: which arm, whether they bought, for how much.

The file is looked at and made plain by the readers that loading uses; what cannot be
used is left out with its line and reason, and told.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading import prepare
from clickhouse_schema.loading.sources import Source, inspect

MOST_ROWS = 5_000_000
LONGEST_NAME = 200
MOST_ARMS = 10
MOST_PARTS = 50
REQUIRED = ("arm",)
# Compared in lower case, letters and digits only. The first name found in a file wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "customer_id": ("customerid", "customer", "customerno", "clientid", "userid", "email", "id"),
    "arm": ("arm", "experimentarm", "variant", "group", "treatment", "testgroup", "cell",
            "segment"),
    "converted": ("converted", "conversion", "bought", "purchased", "ordered", "buyer"),
    "revenue": ("revenue", "spend", "spent", "amount", "sales", "value", "turnover"),
    "visited": ("visited", "visit", "visits", "clicked", "opened"),
    "before": ("before", "revenuebefore", "pastrevenue", "prerevenue", "history", "pastspend"),
    "part": ("part", "subsegment", "rfmsegment", "cluster", "historysegment", "channel",
             "country"),
}  # fmt: skip
_TRUE = {"1", "true", "t", "yes", "y", "ja", "oui"}
_FALSE = {"0", "false", "f", "no", "n", "", "nein", "non"}
_NOISE = re.compile(r"[\s\u00a0\u202f'’£$€¥₹]|^[A-Z]{3}|[A-Z]{3}$")
_COMMA_DECIMAL = re.compile(r"^-?\d{1,3}(?:\.\d{3})*,\d{1,4}$|^-?\d+,\d{1,4}$")
Row = tuple[int, str, str, bool, bool | None, float, float | None, str]


@dataclass(frozen=True, slots=True)
class ResultFile:
    """
    The rows of a file of results.

    Attributes:
        columns: What is known of a customer -> name in the file.
        rows: (line, customer id, arm, converted, visited, revenue, before, part).
        refused: Reason -> rows left out for it.
    """

    columns: Mapping[str, str]
    rows: Sequence[Row] = field(hash=False)
    refused: Mapping[str, int] = field(hash=False)

    @property
    def arms(self) -> dict[str, int]:
        """Customers per arm, in the order of names."""
        counted = Counter(row[2] for row in self.rows)
        return dict(sorted(counted.items()))


def read_result_file(path: Path, folder: Path) -> ResultFile:
    """
    Return the rows of a CSV, Parquet, JSON lines or Excel file.

    Args:
        path: The file.
        folder: Where a plain copy may be put.

    Raises:
        LoadError: It cannot be read, names no arm or no outcome, or has too many arms.
    """
    source = inspect(path)
    if source.format == "excel":
        source = prepare.excel_as_csv(source, folder, lambda _: None)
    elif prepare.needs_transcoding(source):
        source = prepare.transcode(source, folder, lambda _: None)
    if source.format == "csv":
        source = prepare.mend(source, folder, lambda _: None)
    found = match_columns(source.columns)
    reader = _Reader(found)
    for line, values in enumerate(_values(source), 1):
        reader.take(line, values)
    if not reader.rows:
        told = ", ".join(f"{count:,} {reason}" for reason, count in reader.refused.items())
        raise LoadError(f"No row of {path.name} could be used ({told or 'it has none'}).")
    names = {ours: source.columns[place] for ours, place in found.items()}
    return ResultFile(names, reader.rows, dict(reader.refused))


def match_columns(seen: Sequence[str]) -> dict[str, int]:
    """
    Return what is known of a customer -> position in `seen`.

    Raises:
        LoadError: No column says the arm, or none says what came of it.
    """
    plain = {_plain(name): place for place, name in reversed(list(enumerate(seen)))}
    found: dict[str, int] = {}
    for ours, names in SYNONYMS.items():
        place = next((plain[name] for name in names if name in plain), None)
        if place is not None and place not in found.values():
            found[ours] = place
    listed = ", ".join(name.strip() or "(no name)" for name in seen[:40])
    if "arm" not in found:
        raise LoadError(
            f"No column for the arm was recognised among {listed}. Call it “arm”, "
            "and the others customer, converted and revenue."
        )
    if not {"converted", "revenue"} & set(found):
        raise LoadError(
            f"No column says what came of it among {listed}. Call them “converted” (0 or 1) and "
            "“revenue”; one of the two is enough."
        )
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _values(source: Source) -> Iterator[Sequence[Any]]:
    """Yield the fields of each row, in the order of the source's columns."""
    if source.format == "parquet":
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(source.path) as file:
            for batch in file.iter_batches():
                columns = [column.to_pylist() for column in batch.columns]
                yield from zip(*columns, strict=True)
        return
    with source.path.open(encoding="utf-8", newline="") as text:
        if source.format == "jsonl":
            for line in text:
                yield _json_fields(line, source.columns)
            return
        reader = csv.reader(text, delimiter=source.delimiter)
        for _ in range(source.skip_lines):
            next(reader, None)
        yield from reader


def _json_fields(line: str, columns: Sequence[str]) -> Sequence[Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return ()
    return [row.get(name) for name in columns] if isinstance(row, dict) else ()


class _Reader:
    def __init__(self, found: Mapping[str, int]) -> None:
        self.found = found
        self.width = max(found.values()) + 1
        self.rows: list[Row] = []
        self.refused: Counter[str] = Counter()
        self.arms: set[str] = set()
        self.parts: set[str] = set()
        self.customers: set[str] = set()

    def take(self, line: int, values: Sequence[Any]) -> None:
        """Keep a row, or the reason why it cannot be."""
        if len(values) < self.width:
            self.refused["rows have too few fields"] += 1
            return
        try:
            row = self.read(line, values)
        except ValueError as error:
            self.refused[str(error)] += 1
            return
        self.rows.append(row)
        if len(self.rows) > MOST_ROWS:
            raise LoadError(f"A file of results has at most {MOST_ROWS:,} rows.")
        self.arms.add(row[2])
        if len(self.arms) > MOST_ARMS:
            raise LoadError(
                f"The column taken for “arm” has more than {MOST_ARMS} different values. Call the "
                "one that names the arms “arm”."
            )

    def read(self, line: int, values: Sequence[Any]) -> Row:
        """
        Return a row.

        Raises:
            ValueError: It cannot be used; the words say why.
        """
        arm = self.text(values, "arm")
        if not arm:
            raise ValueError("rows name no arm")
        customer = self.text(values, "customer_id")
        if "customer_id" in self.found:
            if not customer:
                raise ValueError("rows name no customer")
            if customer in self.customers:
                raise ValueError("rows repeat a customer")
            self.customers.add(customer)
        revenue = self.number(values, "revenue") or 0.0
        converted = self.truth(values, "converted")
        return (
            line, customer, arm, revenue > 0 if converted is None else converted,
            self.truth(values, "visited"), revenue, self.number(values, "before"),
            self.part(values),
        )  # fmt: skip

    def text(self, values: Sequence[Any], name: str) -> str:
        """Return a cell of a row as text, cut to its longest; empty when there is none."""
        place = self.found.get(name)
        value = None if place is None else values[place]
        return "" if value is None else str(value).strip()[:LONGEST_NAME]

    def truth(self, values: Sequence[Any], name: str) -> bool | None:
        """
        Return a cell of a row that says yes or no; None when the file has no such column.

        Raises:
            ValueError: It says neither.
        """
        if name not in self.found:
            return None
        text = self.text(values, name).lower().removesuffix(".0")
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        raise ValueError(f"rows say neither yes nor no in “{name}”")

    def number(self, values: Sequence[Any], name: str) -> float | None:
        """
        Return a cell of a row as a number, with a decimal point or comma; None when it is empty.

        Raises:
            ValueError: It is none, or of no use.
        """
        text = self.text(values, name)
        if not text:
            return None
        plain = _NOISE.sub("", text)
        if _COMMA_DECIMAL.match(plain):
            plain = plain.replace(".", "").replace(",", ".")
        try:
            value = float(plain.replace(",", ""))
        except ValueError:
            raise ValueError(f"rows have no number in “{name}”") from None
        if not math.isfinite(value) or abs(value) > 1e12:
            raise ValueError(f"rows have no usable number in “{name}”")
        return value

    def part(self, values: Sequence[Any]) -> str:
        """Return the sub-segment; of more than can be shown, the rest are one."""
        name = self.text(values, "part")
        if name not in self.parts and len(self.parts) >= MOST_PARTS:
            return "Other"
        self.parts.add(name)
        return name
