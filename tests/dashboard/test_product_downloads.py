"""Files of the classified products: what is in them, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from flask import Flask
from python_calamine import load_workbook

from analytics.activation.settings import DeliverySettings, use_delivery_settings
from analytics.exports.products import HEADERS, ProductFile, product_csv
from analytics.jobs import JobQueue, use_queue
from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports._cache import cache
from analytics.reports.products import Options, classified
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import data_state
from dashboard.product_downloads import serve_product_downloads
from layouts.products import USUAL
from tests.clickhouse_schema.queries.conftest import online_retail  # noqa: F401
from tests.filling import Line, fill

QUESTION = {
    "filters": {"start": "2010-12-01", "end": "2011-12-10", "compare": "none"},
    "reader": "test", "number": 1,
}  # fmt: skip


@pytest.fixture
def app(online_retail, tmp_path: Path):  # noqa: F811
    """The routes over the published shop, with a queue that works at once."""
    server = Flask("downloads", root_path=".")
    cache.init_app(server, config={"CACHE_TYPE": "SimpleCache"})
    cache.app = server
    queue = JobQueue(tmp_path)
    use_queue(queue)
    use_delivery_settings(DeliverySettings(tmp_path, tmp_path / "exports", "", ()))
    serve_product_downloads(server, lambda: queue)
    queue.start_threads()
    yield server
    queue.stop_threads()
    use_queue(None)


def asked(format_="csv", cell="AX", **more):
    """Return the form of a download."""
    return {"question": json.dumps(QUESTION), "asked": json.dumps({**USUAL, **more}),
            "cell": cell, "format": format_}  # fmt: skip


def test_a_csv_has_its_cuts_and_every_product_of_the_cell(app, online_retail):  # noqa: F811
    """Comment lines with the cuts, a header, the products as the matrix counts them."""
    answer = app.test_client().post("/downloads/products", data=asked(cuts=[70, 90, 40, 90]))
    about = [line for line in answer.text.splitlines() if line.startswith("# ")]
    rows = list(csv.reader(io.StringIO(answer.text)))
    with app.app_context():
        found = classified(
            Filters(date(2010, 12, 1), date(2011, 12, 10), compare="none"),
            Options(cuts=Cuts(70, 90, 40, 90)), data_state(online_retail),
        )  # fmt: skip

    assert {"# A ends at: 70% of revenue", "# X ends at: a variation of 40%", "# Cell: AX"} <= set(
        about
    )
    assert rows[len(about)] == list(HEADERS.values())
    assert len(rows) - len(about) - 1 == (found.products["cell"] == CELLS.index("AX")).sum()
    assert {row[3] for row in rows[len(about) + 1 :]} == {"AX"}
    assert "filename=products-ax-2011-12-10.csv" in answer.headers["Content-Disposition"]


def test_a_workbook_says_the_same_and_how_it_was_made(app, tmp_path):
    """The products on one sheet with numbers as numbers, the cuts on another."""
    client = app.test_client()
    text = client.post("/downloads/products", data=asked(cell="all")).text
    answer = client.post("/downloads/products", data=asked("xlsx", "all"))
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book.get_sheet_by_name("Products").to_python()
    about = dict(book.get_sheet_by_name("About").to_python())
    frame = pd.read_csv(io.StringIO(text), comment="#", dtype={"Product": str})

    assert sheet[0] == list(HEADERS.values())
    assert [row[0] for row in sheet[1:]] == frame["Product"].tolist()
    assert sum(row[5] for row in sheet[1:]) == pytest.approx(frame["Revenue"].sum())
    assert about["B ends at"] == "95% of revenue" and about["Currency"] == "GBP"


def test_a_large_workbook_is_a_job(app, monkeypatch):
    """Its state is told until it is done; the file's name is known then."""
    monkeypatch.setattr("dashboard.product_downloads.JOB_ROWS", 100)
    client = app.test_client()
    answer = client.post("/downloads/products", data=asked("xlsx", "CZ"))
    assert answer.status_code == 202
    end = time.monotonic() + 60
    while True:
        state = client.get(f"/downloads/products/{answer.json['job']}").json
        if state["state"] in ("done", "failed"):
            break
        assert time.monotonic() < end
        time.sleep(0.1)

    assert (state["state"], state["error"]) == ("done", "")
    assert state["name"] == "products-cz-2011-12-10.xlsx"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"format": "exe"}, 400),
        ({"question": "{", "asked": "{}"}, 400),
        ({"question": "[" * 50_000, "asked": "{}"}, 400),
        ({**asked(), "question": json.dumps({"filters": {"start": "2011-01-01",
                                                         "end": "2011-01-05"}})}, 409),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(app, form, status):
    """A wrong format, no JSON, a period that is too short."""
    assert app.test_client().post("/downloads/products", data=form).status_code == status
    assert app.test_client().get("/downloads/products/../x").status_code == 404
    assert app.test_client().get("/downloads/products/0123456789abcdef").status_code == 404


def test_a_name_like_a_formula_stays_text(empty_warehouse):
    """A product called =HYPERLINK(...) is not run by a spreadsheet."""
    server = Flask("formula", root_path=".")
    cache.init_app(server, config={"CACHE_TYPE": "SimpleCache"})
    lines = [Line(f"o{n}", f"2024-0{n}-10T10:00", "5", product="=1+1") for n in range(1, 7)]
    fill(empty_warehouse, lines)
    with server.app_context():
        filters = Filters(date(2024, 1, 1), date(2024, 7, 1))
        found = classified(filters, Options(step="week"), data_state(empty_warehouse))
        data = b"".join(product_csv(ProductFile(replace(found), None, "EUR"))).decode()

    assert "\r\n'=1+1," in data
