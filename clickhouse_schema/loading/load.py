"""Loads one file of order lines as one batch."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled, WarehouseError
from clickhouse_schema.loading import batches, ledger, prepare, staging
from clickhouse_schema.loading.columns import match_columns
from clickhouse_schema.loading.derive import derive
from clickhouse_schema.loading.fingerprint import FingerprintReader
from clickhouse_schema.loading.hints import judge
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.sources import Source, inspect
from clickhouse_schema.loading.transform import Reading
from clickhouse_schema.loading.troubles import loading_error


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """
    How a file is to be loaded.

    Attributes:
        mapping: Canonical column name -> name in the file.
        delimiter: Between fields of a csv; empty to recognise it.
        encoding: Of a text; empty to recognise it.
        dates: `day-first` or `month-first`; empty to judge by the file.
        replace: Take out everything loaded before.
        currency: ISO 4217 code of the amounts.
        time_zone: IANA name of the times' zone.
        non_products: Product ids that are no products; a closing `*` stands for any ending.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ""
    encoding: str = ""
    dates: str = ""
    replace: bool = False
    currency: str = "EUR"
    time_zone: str = "UTC"
    non_products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a load has come.

    Attributes:
        stage: What is being done, in words.
        rows: Rows read so far.
        expected: Rows there should be, about; 0 when unknown.
    """

    stage: str
    rows: int = 0
    expected: int = 0


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """
    What came of a load.

    Attributes:
        batch_id: The batch the file is, or already was.
        source_name: Name of the file.
        unchanged: The same file was loaded before: nothing was done.
        raw_lines, lines, rejected, duplicates: Rows in the file, rows loaded,
            rows refused, and loaded rows that repeat another.
        kinds: Loaded rows per kind.
        reasons: Refused rows per reason.
        columns: Canonical name -> name in the file.
        replaced: Batches taken out.
        notes: What was assumed about the file.
        seconds: It took.
    """

    batch_id: int
    source_name: str
    unchanged: bool = False
    raw_lines: int = 0
    lines: int = 0
    rejected: int = 0
    duplicates: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    replaced: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


Told = Callable[[Progress], None]


def load_file(
    warehouse: Warehouse,
    path: Path,
    options: LoadOptions | None = None,
    *,
    told: Told | None = None,
    cancel: threading.Event | None = None,
) -> LoadSummary:
    """
    Load a file as a new batch; readers see all of it or nothing.

    Args:
        path: CSV, Parquet, JSON lines or Excel file of order lines.
        options: How.
        told: Called with the progress, from any thread.
        cancel: Set by whoever wants the load to stop.

    Raises:
        LoadError: The file cannot be used; what was loaded before is as it was.
        QueryCancelled: `cancel` was set.
        WarehouseError: The warehouse failed.
    """
    job = _Load(warehouse, path, options or LoadOptions(), told, cancel or threading.Event())
    return job.run()


class _Load:
    def __init__(
        self,
        warehouse: Warehouse,
        path: Path,
        options: LoadOptions,
        told: Told | None,
        cancel: threading.Event,
    ) -> None:
        self.warehouse, self.path, self.options = warehouse, path, options
        self.told, self.cancel = told, cancel
        self.started = time.monotonic()

    def say(self, stage: str, rows: int = 0, expected: int = 0) -> None:
        """
        Tell how far the load is.

        Raises:
            QueryCancelled: Somebody asked for it to be stopped.
        """
        if self.cancel.is_set():
            raise QueryCancelled("The load was stopped; nothing of it is kept.")
        if self.told is not None:
            self.told(Progress(stage, rows, expected))

    def run(self) -> LoadSummary:
        """
        Load the file and return what became of its lines.

        Raises:
            LoadError: It cannot be loaded; nothing of it is visible.
            QueryCancelled: It was stopped.
        """
        self.say("Looking at the file")
        options = self.options
        source = inspect(self.path, delimiter=options.delimiter, encoding=options.encoding)
        if source.format != "excel":
            match_columns(source.columns, options.mapping)
        live = ledger.batches(self.warehouse, "live")
        leaving = [batch for batch in live if options.replace or batch.is_sample]
        self._refuse_other_terms(live, leaving)
        reader = FingerprintReader(source)
        try:
            if any(batch.detail.get("bytes") == source.size for batch in live):
                known = self._same_as(live, reader)
                if known is not None:
                    return known
            with staging.merges_held(self.warehouse):
                return self._load(source, reader, live, leaving)
        finally:
            reader.stopped.set()
            reader.join()

    def _refuse_other_terms(self, live: list[Batch], leaving: list[Batch]) -> None:
        staying = [batch for batch in live if batch not in leaving]
        for batch in staying:
            if batch.currency != self.options.currency:
                raise LoadError(
                    f"What is loaded is in {batch.currency}, this file would be in "
                    f"{self.options.currency}. Give --currency {batch.currency}, or take out what "
                    "is loaded with --replace."
                )

    def _same_as(self, live: list[Batch], reader: FingerprintReader) -> LoadSummary | None:
        digest = reader.result().digest
        for batch in live:
            if batch.content_hash == digest and not self.options.replace:
                return LoadSummary(
                    batch.batch_id,
                    self.path.name,
                    unchanged=True,
                    raw_lines=batch.raw_lines,
                    lines=batch.lines,
                    rejected=batch.rejected,
                    duplicates=batch.duplicates,
                    seconds=time.monotonic() - self.started,
                )
        return None

    def _load(
        self, source: Source, reader: FingerprintReader, live: list[Batch], leaving: list[Batch]
    ) -> LoadSummary:
        options = self.options
        batch = ledger.begin(
            self.warehouse,
            Batch(
                0,
                0,
                "loading",
                self.path.name,
                currency=options.currency,
                time_zone=options.time_zone,
                detail={"bytes": source.size},
            ),
        )
        try:
            with _workspace(self.warehouse) as folder:
                reading = self._stage(batch, source, reader, folder)
            known = self._same_as(live, reader)
            if known is not None:
                batches.abandon(self.warehouse, batch, f"same as batch {known.batch_id}")
                return known
            derive(self.warehouse, batch.batch_id, [old.batch_id for old in leaving], self.say)
            staging.check(self.warehouse, batch.batch_id)
            return self._publish(batch, reader, reading, leaving)
        except BaseException as error:
            self._give_up(batch, error)
            known_error = loading_error(error, self.path)
            if known_error is error:
                raise
            raise known_error from error

    def _stage(
        self, batch: Batch, source: Source, reader: FingerprintReader, folder: Path
    ) -> Reading:
        def told(stage: str) -> Callable[[int], None]:
            return lambda rows: self.say(stage, rows, source.expected_rows)

        if source.format == "excel":
            source = prepare.excel_as_csv(source, folder, told("Reading the workbook"))
        elif prepare.needs_transcoding(source):
            source = prepare.transcode(source, folder, told("Reading the text"))
        reading = self._read_columns(source)
        try:
            rows = self._insert(batch, reading)
            if source.format != "csv" or source.path != self.path:
                return reading
            seen = reader.result()
            if seen.utf8 and rows + source.skip_lines == seen.line_ends:
                return reading
        except WarehouseError as error:
            if source.format != "csv" or not staging.is_broken_csv(error):
                raise
            seen = None
        staging.clear(self.warehouse, batch.batch_id)
        if seen is not None and not seen.utf8:
            source = replace(source, encoding="cp1252")
        source = prepare.mend(source, folder, told("Mending broken rows"))
        reading = self._read_columns(source)
        self._insert(batch, reading)
        return reading

    def _read_columns(self, source: Source) -> Reading:
        found = match_columns(source.columns, self.options.mapping)
        hints = judge(source, found, self.options.dates)
        return Reading(source, found, hints, self.options.time_zone)

    def _insert(self, batch: Batch, reading: Reading) -> int:
        rows = self._insert_as(batch, reading)
        plain = reading.hints.plain_numbers
        if not plain or not staging.refused_numbers(self.warehouse, batch.batch_id):
            return rows
        # The samples were plain numbers, some other row was not: read with care.
        staging.clear(self.warehouse, batch.batch_id)
        careful = replace(reading.hints, plain_numbers=False)
        return self._insert_as(batch, replace(reading, hints=careful))

    def _insert_as(self, batch: Batch, reading: Reading) -> int:
        expected = reading.source.expected_rows
        return staging.insert(
            self.warehouse,
            batch.batch_id,
            reading,
            self.options.non_products,
            lambda rows: self.say("Loading rows", rows, expected),
            self.cancel,
        )

    def _publish(
        self, batch: Batch, reader: FingerprintReader, reading: Reading, leaving: list[Batch]
    ) -> LoadSummary:
        kinds, reasons, duplicates = staging.counts(self.warehouse, batch.batch_id)
        lines, rejected = sum(kinds.values()), sum(reasons.values())
        if not lines:
            raise LoadError(_nothing_usable(self.path, reasons))
        names = {ours: reading.source.columns[at] for ours, at in reading.found.items()}
        self.say("Publishing", lines + rejected, lines + rejected)
        batch = replace(
            batch,
            content_hash=reader.result().digest,
            raw_lines=lines + rejected,
            lines=lines,
            rejected=rejected,
            duplicates=duplicates,
            detail={**batch.detail, "columns": names, "notes": list(reading.hints.notes)},
        )
        live = batches.publish(self.warehouse, batch, leaving)
        return LoadSummary(
            live.batch_id,
            self.path.name,
            raw_lines=live.raw_lines,
            lines=lines,
            rejected=rejected,
            duplicates=duplicates,
            kinds=kinds,
            reasons=reasons,
            columns=names,
            replaced=tuple(old.batch_id for old in leaving),
            notes=reading.hints.notes,
            seconds=time.monotonic() - self.started,
        )

    def _give_up(self, batch: Batch, error: BaseException) -> None:
        """Undo what can be undone now; `recover` does the rest when the disk is full, say."""
        newest = [b for b in ledger.batches(self.warehouse) if b.batch_id == batch.batch_id]
        if newest and newest[0].state in {"live", "failed"}:
            return
        with suppress(WarehouseError):
            batches.abandon(self.warehouse, newest[0] if newest else batch, str(error)[:500])


def _nothing_usable(path: Path, reasons: Mapping[str, int]) -> str:
    told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    return f"No row of {path.name} could be used ({told}). Nothing was loaded."


@contextmanager
def _workspace(warehouse: Warehouse) -> Iterator[Path]:
    """Lend a folder that is gone afterwards, beside the data when they are here."""
    data_dir = warehouse.home.data_dir
    parent = None
    if data_dir is not None:
        parent = data_dir.parent / "loading"
        parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix="load-") as folder:
        yield Path(folder)
