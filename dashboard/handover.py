"""
Hands work of the command line to the process that holds the embedded warehouse.

The lock file beside the data says where that process serves and a secret only
the owner of the files can read. The contract, under `/internal/tasks`, with the
secret in the header `X-Clientele-Token`:

* `POST {"operation": ..., "arguments": {...}}` begins and answers `{"id": ...}`;
* `GET /<id>` answers `{"state": "running" | "done" | "failed", "stage", "rows",
  "expected", "answer", "error", "kind"}`;
* `DELETE /<id>` asks it to stop.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled, WarehouseError, WarehouseInUse
from clickhouse_schema.home import EmbeddedLock
from clickhouse_schema.loading.batches import recover
from clickhouse_schema.loading.load import Progress
from clickhouse_schema.migrate import migrate, pending_migrations
from dashboard.config import AppConfig
from dashboard.operations import perform

TOKEN_HEADER = "X-Clientele-Token"  # noqa: S105 - the header's name
TASKS_PATH = "/internal/tasks"
_POLL_SECONDS = 0.25
# Loopback only, so never through a proxy the environment names.
_opener = build_opener(ProxyHandler({}))
_KINDS = {kind.__name__: kind for kind in (LoadError, QueryCancelled)}


def run_operation(
    config: AppConfig,
    operation: str,
    arguments: Mapping[str, Any],
    told: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """
    Run an operation here, or in the server that has the embedded warehouse.

    Raises:
        WarehouseInUse: Another process has the warehouse and takes no work.
        WarehouseError: The operation failed; the sentence says why.
    """
    try:
        warehouse = Warehouse.open(config.home, config.limits)
    except WarehouseInUse:
        owner = EmbeddedLock(config.data_dir).owner()
        if not owner.get("url") or not owner.get("token"):
            raise
        return hand_over(owner["url"], owner["token"], operation, arguments, told)
    try:
        make_ready(warehouse)
        return perform(warehouse, operation, arguments, told)
    finally:
        warehouse.close()


def make_ready(warehouse: Warehouse) -> None:
    """
    Bring the tables up to date and put right what a killed process left behind.

    Raises:
        WarehouseNotMigrated: A server's tables are not up to date; migrating
            those is a step of its own.
    """
    if warehouse.home.embedded:
        migrate(warehouse)
    elif pending_migrations(warehouse):
        from clickhouse_schema.errors import WarehouseNotMigrated

        raise WarehouseNotMigrated(
            "The warehouse has no up-to-date tables. Run 'python -m dashboard migrate'."
        )
    recover(warehouse)


def hand_over(
    url: str,
    token: str,
    operation: str,
    arguments: Mapping[str, Any],
    told: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """
    Let the process at `url` do it, and wait.

    Raises:
        WarehouseError: It failed there, or nothing sensible answers there.
    """
    address = url.rstrip("/") + TASKS_PATH
    body = {"operation": operation, "arguments": dict(arguments)}
    task = _call("POST", address, token, body)["id"]
    try:
        while True:
            state = _call("GET", f"{address}/{task}", token)
            if state["state"] == "done":
                return dict(state["answer"])
            if state["state"] == "failed":
                raise _KINDS.get(state["kind"], WarehouseError)(state["error"])
            if told is not None:
                told(Progress(state["stage"], int(state["rows"]), int(state["expected"])))
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        _call("DELETE", f"{address}/{task}", token)
        raise


def _call(
    method: str, address: str, token: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = Request(  # noqa: S310 - the address comes from our own lock file
        address,
        data,
        {TOKEN_HEADER: token, "Content-Type": "application/json"},
        method=method,
    )
    try:
        with _opener.open(request, timeout=30) as response:
            return dict(json.loads(response.read() or b"{}"))
    except HTTPError as error:
        raise WarehouseInUse(
            f"The running server refused the work ({error.code}). "
            "Stop it, then run the command again."
        ) from error
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        raise WarehouseInUse(
            "The data is in use by a server that does not answer. "
            "Stop it, then run the command again."
        ) from error
