"""Files that readers hand over: the results of an experiment."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Flask, Response, abort, jsonify, request
from werkzeug.utils import secure_filename

from analytics.experiments import add_results, find
from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import (
    InvalidThing,
    LoadError,
    SaveConflict,
    UnknownThing,
    WarehouseError,
)
from clickhouse_schema.experiments.result_file import read_result_file
from clickhouse_schema.made.things import Author

LARGEST_FILE = 48 * 2**20  # bytes
log = logging.getLogger("clientele.uploads")


def serve_uploads(server: Flask, warehouse: Warehouse) -> None:
    """
    Add the route.

    `POST /uploads/experiment/<id>` with a `file` (CSV, Parquet, JSON lines or Excel) and an
    `author` keeps its rows as the results of an experiment, and answers with what was read.
    """
    pages = Blueprint("uploads", __name__)

    @pages.post("/uploads/experiment/<experiment>")
    def results(experiment: str) -> Response:
        request.max_content_length = LARGEST_FILE
        given = request.files.get("file")
        if given is None:
            abort(400, "There is no file.")
        name = secure_filename(given.filename or "") or "results"
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            given.save(path)
            return jsonify(_kept(warehouse, experiment[:64], path, request.form.get("author")))

    server.register_blueprint(pages)


def _kept(
    warehouse: Warehouse, experiment: str, path: Path, author: str | None
) -> dict[str, str | int]:
    """Keep the rows of a file; what is wrong with it ends the request with a sentence."""
    workspace = path.parent / "read"
    workspace.mkdir()
    try:
        old = find(warehouse, experiment)
        found = read_result_file(path, workspace)
        made = add_results(warehouse, old, found, path.name, Author.of(author))
    except UnknownThing as error:
        abort(404, str(error))
    except (LoadError, InvalidThing) as error:
        abort(400, str(error))
    except SaveConflict as error:
        abort(409, str(error))
    except WarehouseError as error:
        log.warning("upload failed", extra={"fields": {"error": str(error)}})
        abort(503, str(error))
    refused = sum(found.refused.values())
    told = f"{len(found.rows):,} rows of {path.name} were read"
    told += f", {refused:,} could not be used." if refused else "."
    return {"id": made.id, "version": made.made.version, "told": told}
