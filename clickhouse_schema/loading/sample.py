"""Loads the sample retailer: a made-up shop, as a batch like any other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled, WarehouseError
from clickhouse_schema.loading import batches, ledger, staging
from clickhouse_schema.loading.derive import derive
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.load import Progress
from clickhouse_schema.loading.sample_maker import write_sample
from clickhouse_schema.loading.sample_plan import REFERENCE_SCALE, SampleSpec

__all__ = ["REFERENCE_SCALE", "SOURCE_NAME", "SampleSpec", "SampleSummary", "load_sample"]

SOURCE_NAME = "Sample retailer"


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """
    What came of it.

    Attributes:
        batch_id: The batch it is, or already was.
        unchanged: The same sample was there before: nothing was done.
        lines, duplicates: Lines made, and those of them that repeat another.
        kinds: Lines per kind.
        replaced: Batches of other samples, taken out.
        seconds: It took.
    """

    batch_id: int
    unchanged: bool = False
    lines: int = 0
    duplicates: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    replaced: tuple[int, ...] = ()
    seconds: float = 0.0


def load_sample(
    warehouse: Warehouse,
    spec: SampleSpec | None = None,
    *,
    currency: str = "EUR",
    time_zone: str = "UTC",
    told: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> SampleSummary:
    """
    Make the sample retailer and show it to readers, in place of another sample.

    Args:
        spec: How large, and of which seed; by default one that takes seconds.
        currency: ISO 4217 code to call its amounts by; they are not converted.
        time_zone: IANA name to call its times by.
        told: Called with the progress.
        cancel: Set by whoever wants it to stop.

    Raises:
        LoadError: The retailer's own data is loaded: the two would mix.
        QueryCancelled: `cancel` was set; nothing of it is kept.
        WarehouseError: The warehouse failed; nothing of it is kept.
    """
    spec = spec or SampleSpec()
    started = time.monotonic()
    live = ledger.batches(warehouse, "live")
    if not all(batch.is_sample for batch in live):
        raise LoadError(
            "Your own data is loaded, and the sample retailer would mix with it. Take it out with "
            "'python -m dashboard unload' first, or set CLIENTELE_DATA_DIR to another folder."
        )
    for batch in live:
        terms = (batch.content_hash, batch.currency, batch.time_zone)
        if terms == (spec.content_hash, currency, time_zone):
            return SampleSummary(batch.batch_id, unchanged=True, lines=batch.lines)

    def say(stage: str, rows: int = 0) -> None:
        if cancel is not None and cancel.is_set():
            raise QueryCancelled("The sample retailer was stopped; nothing of it is kept.")
        if told is not None:
            told(Progress(stage, rows, spec.lines if rows else 0))

    batch = ledger.begin(warehouse, _first_event(spec, currency, time_zone))
    try:
        summary = _make(warehouse, batch, spec, live, say)
    except BaseException as error:
        _give_up(warehouse, batch, error)
        raise
    return replace(summary, seconds=time.monotonic() - started)


def _first_event(spec: SampleSpec, currency: str, time_zone: str) -> Batch:
    return Batch(
        0,
        0,
        "loading",
        SOURCE_NAME,
        content_hash=spec.content_hash,
        is_sample=True,
        currency=currency,
        time_zone=time_zone,
        detail={"sample": spec.as_detail()},
    )


def _make(
    warehouse: Warehouse,
    batch: Batch,
    spec: SampleSpec,
    leaving: list[Batch],
    say: Callable[..., None],
) -> SampleSummary:
    write_sample(warehouse, batch.batch_id, spec, say)
    derive(warehouse, batch.batch_id, [old.batch_id for old in leaving], say)
    kinds, _, duplicates = staging.counts(warehouse, batch.batch_id)
    lines = sum(kinds.values())
    say("Publishing")
    batch = replace(batch, raw_lines=lines, lines=lines, duplicates=duplicates)
    batches.publish(warehouse, batch, leaving)
    return SampleSummary(
        batch.batch_id,
        lines=lines,
        duplicates=duplicates,
        kinds=kinds,
        replaced=tuple(old.batch_id for old in leaving),
    )


def _give_up(warehouse: Warehouse, batch: Batch, error: BaseException) -> None:
    """Undo what can be undone now; `recover` does the rest at the next start."""
    newest = [seen for seen in ledger.batches(warehouse) if seen.batch_id == batch.batch_id]
    if newest and newest[0].state in {"live", "failed"}:
        return
    with suppress(WarehouseError):
        batches.abandon(warehouse, newest[0] if newest else batch, str(error)[:500])
