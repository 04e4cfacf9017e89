"""
What the command line does to the warehouse, wherever that is.

Each operation takes JSON-able arguments and returns a JSON-able answer, so
that it runs alike in the command's own process and, handed over, in the server
that holds the embedded warehouse.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.loading.batches import unload
from clickhouse_schema.loading.info import loaded
from clickhouse_schema.loading.load import LoadOptions, Progress, load_file
from clickhouse_schema.loading.sample import SampleSpec, load_sample

Told = Callable[[Progress], None]
Operation = Callable[[Warehouse, Mapping[str, Any], Told, threading.Event], dict[str, Any]]


def _load(
    warehouse: Warehouse, arguments: Mapping[str, Any], told: Told, cancel: threading.Event
) -> dict[str, Any]:
    given = dict(arguments["options"])
    options = LoadOptions(**{**given, "non_products": tuple(given.get("non_products", ()))})
    path = Path(arguments["path"])
    return asdict(load_file(warehouse, path, options, told=told, cancel=cancel))


def _unload(
    warehouse: Warehouse, arguments: Mapping[str, Any], told: Told, cancel: threading.Event
) -> dict[str, Any]:
    batch = unload(warehouse, int(arguments["batch_id"]))
    return {"batch_id": batch.batch_id, "source_name": batch.source_name, "lines": batch.lines}


def _info(
    warehouse: Warehouse, arguments: Mapping[str, Any], told: Told, cancel: threading.Event
) -> dict[str, Any]:
    each, total = loaded(warehouse)
    return {
        "batches": [batch.to_dict() for batch in each],
        "total": None if total is None else total.to_dict(),
    }


def _sample(
    warehouse: Warehouse, arguments: Mapping[str, Any], told: Told, cancel: threading.Event
) -> dict[str, Any]:
    summary = load_sample(
        warehouse,
        SampleSpec.from_detail(arguments["sample"]),
        currency=arguments["currency"],
        time_zone=arguments["time_zone"],
        told=told,
        cancel=cancel,
    )
    return asdict(summary)


OPERATIONS: dict[str, Operation] = {
    "load": _load,
    "unload": _unload,
    "info": _info,
    "sample": _sample,
}


def perform(
    warehouse: Warehouse,
    operation: str,
    arguments: Mapping[str, Any],
    told: Told | None = None,
    cancel: threading.Event | None = None,
) -> dict[str, Any]:
    """
    Run one operation and return its answer.

    Raises:
        WarehouseError: It could not be done, or there is no such operation.
    """
    if operation not in OPERATIONS:
        raise WarehouseError(f"There is no operation {operation!r}.")
    return OPERATIONS[operation](
        warehouse, arguments, told or (lambda _: None), cancel or threading.Event()
    )
