"""
Files of the classified products.

What a reader asks passes the same checks as the tab's own questions; a large
workbook is a job, whose file `/downloads/export/<job>` gives like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request

from analytics.activation.work import EXPORT_PRODUCTS
from analytics.errors import AnalysisError
from analytics.exports.excel import JOB_ROWS
from analytics.exports.files import FORMATS
from analytics.exports.products import ProductFile, product_csv, write_product_workbook
from analytics.jobs import JobQueue
from analytics.reports.products import classified
from analytics.reports.products_certainty import as_parameters
from analytics.reports.segment_filter import chosen_segment
from analytics.reports.shell import shell_facts
from callbacks._inputs import read_question
from callbacks._products_asked import read_cell, read_options
from clickhouse_schema.errors import MadeError, WarehouseError

LONGEST_QUESTION = 20_000  # characters
_JOB = re.compile(r"^[0-9a-f]{16}$")


def serve_product_downloads(server: Flask, queue: Callable[[], JobQueue]) -> None:
    """
    Add the routes.

    `POST /downloads/products` with the form fields `question` and `asked` (JSON, as the
    tab's stores hold them), `cell` and `format` (csv, xlsx) gives the file, or 202 with the
    job that writes it; `GET /downloads/products/<job>` says how that stands.
    """
    pages = Blueprint("product_downloads", __name__)

    @pages.post("/downloads/products")
    def products() -> Response | tuple[Response, int]:
        format_ = request.form.get("format", "csv")
        if format_ not in ("csv", "xlsx"):
            abort(400, "Products can be had as csv or xlsx.")
        try:
            file = _asked()
            if format_ == "csv":
                return _file(b"".join(product_csv(file)), file, format_)
            if len(file.found.products) > JOB_ROWS:
                asked = {**as_parameters(file.found), "cell": file.cell}
                return jsonify(job=queue().submit(EXPORT_PRODUCTS, "", asked)), 202
            with TemporaryDirectory() as folder:
                path = Path(folder) / "products.xlsx"
                write_product_workbook(file, path)
                return _file(path.read_bytes(), file, format_)
        except (ValueError, MadeError) as error:
            abort(400, str(error))
        except AnalysisError as error:
            abort(409, str(error))
        except WarehouseError as error:
            abort(503, str(error))

    @pages.get("/downloads/products/<job>")
    def state(job: str) -> Response:
        found = queue().find(job) if _JOB.match(job) else None
        if found is None or found.kind != EXPORT_PRODUCTS:
            abort(404, "There is no such export. Ask for it anew.")
        stopped = "The export was stopped." if found.state == "cancelled" else ""
        return jsonify(
            state=found.state, percent=found.percent, message=found.message,
            error=found.error or stopped, name=(found.answer or {}).get("name", ""),
        )  # fmt: skip

    server.register_blueprint(pages)


def _asked() -> ProductFile:
    facts = shell_facts()
    question = read_question(_json("question"), "products-export", facts)
    filters = question.filters
    if question.segment:
        filters = replace(filters, segment=chosen_segment(question.segment))
    found = classified(filters, read_options(_json("asked")), facts.data)
    return ProductFile(found, read_cell(request.form.get("cell")), facts.data.currency)


def _json(name: str) -> Any:
    text = request.form.get(name, "")
    if len(text) > LONGEST_QUESTION:
        raise ValueError("That question is too long.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("That is no JSON.") from None


def _file(data: bytes, file: ProductFile, format_: str) -> Response:
    response = Response(data)
    response.headers["Content-Type"] = FORMATS[format_]
    name = file.file_name(format_, file.found.slice.now.end)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response
