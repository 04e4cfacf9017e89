"""Whether the process lives (`/healthz`) and can answer questions (`/readyz`)."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError, WarehouseNotMigrated, WarehouseUnavailable
from clickhouse_schema.migrate import pending_migrations


def serve_health(server: Flask, warehouse: Warehouse) -> None:
    """Answer the two questions as plain text: 200, or 503 and why."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @pages.get("/readyz")
    def ready() -> Response:
        reason = why_not_ready(warehouse)
        text = f"not ready: {reason}\n" if reason else "ready\n"
        return Response(text, status=503 if reason else 200, mimetype="text/plain")

    server.register_blueprint(pages)


def why_not_ready(warehouse: Warehouse) -> str:
    """Return what keeps the warehouse from answering, in words; empty when nothing does."""
    try:
        if not warehouse.ping():
            raise WarehouseUnavailable("The warehouse cannot be reached.")
        pending = pending_migrations(warehouse)
        if pending:
            raise WarehouseNotMigrated(
                f"{len(pending)} migrations are missing. Run 'python -m dashboard migrate'."
            )
    except WarehouseError as error:
        return str(error)
    return ""
