"""Delivers members as a file, which is either whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from analytics.errors import DeliveryFailed
from analytics.exports.excel import write_excel
from analytics.exports.files import Export, csv_chunks, parquet_chunks
from clickhouse_schema.client import Warehouse


def deliver_file(
    warehouse: Warehouse,
    export: Export,
    folder: Path,
    name: str,
    members: int,
    told: Callable[[int], None],
) -> Path:
    """
    Write the file under another name, then give it its own.

    A second try after a crash puts the same file in the same place.

    Args:
        name: Of the file, of plain characters only.
        members: How many there are.
        told: Called with the rows written so far; what it raises ends it.

    Raises:
        DeliveryFailed: The folder cannot be written to.
    """
    path = folder / name
    unfinished = folder / f".{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if export.format == "xlsx":
            write_excel(warehouse, export, unfinished, members, told)
        else:
            chunks = csv_chunks if export.format == "csv" else parquet_chunks
            with unfinished.open("wb") as file:
                for chunk in chunks(warehouse, export, told):
                    file.write(chunk)
        _to_disk(unfinished)
        unfinished.replace(path)
        _to_disk(folder)
    except OSError as error:
        raise DeliveryFailed(
            f"The file could not be written to {folder}: {error.strerror or error}. "
            "Free some space or mend the folder, then continue the delivery."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return path


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
