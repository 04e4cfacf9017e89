"""Downloads hold every member, are named well, and take nothing from a request as SQL."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import date
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from analytics.activation import work
from analytics.activation.settings import delivery_settings
from analytics.jobs import JobQueue, use_queue
from analytics.saved_segments import SEGMENT, Standpoint, segment_body
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.rules.tree import EVERYBODY, Condition, Group, to_json
from clickhouse_schema.scoring import Scope
from dashboard import downloads
from tests.filling import Line, fill

ANNA = Author("Anna")
SPENT_10 = Group("all", (Condition("monetary", "at_least", 10),))


@pytest.fixture
def segment(empty_warehouse):
    """A kept segment of Ann and Ben; Cem spent too little."""
    fill(
        empty_warehouse,
        [
            Line("1", "2025-01-03 10:00", "30", "ann"),
            Line("2", "2025-02-03 10:00", "12", "=ben()"),
            Line("3", "2025-03-01 09:00", "5", "cem"),
        ],
    )
    return create(
        empty_warehouse, SEGMENT, name="Große “Käufer”", body=segment_body(SPENT_10), author=ANNA
    )


@pytest.fixture
def queue(warehouse, tmp_path):
    """A queue of its own; its jobs are run by hand."""
    opened = JobQueue(tmp_path)
    use_queue(opened)
    yield opened
    use_queue(None)


def test_a_kept_segment_comes_as_csv(visitor, segment):
    """Streamed under its name and the day, not to be cached, formulas made text."""
    answer = visitor.get(f"/downloads/segment/{segment.id}?layout=klaviyo")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))

    assert answer.status_code == 200
    assert [row["External ID"] for row in rows] == ["'=ben()", "ann"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment; filename=segment-grosse-kaufer-20")
    assert named.endswith(".csv")


def test_other_formats(visitor, segment):
    """Parquet and a small workbook come at once."""
    parquet = visitor.get(f"/downloads/segment/{segment.id}?format=parquet&version=1")
    excel = visitor.get(f"/downloads/segment/{segment.id}?format=xlsx")

    table = pq.read_table(io.BytesIO(parquet.data))
    assert table["customer_id"].to_pylist() == ["=ben()", "ann"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(excel.data))
    assert len(book.get_sheet_by_name("Members").to_python()) == 3


def test_a_rule_that_was_not_kept(visitor, segment):
    """What the builder shows can be taken along before it is saved."""
    form = {"rule": json.dumps(to_json(EVERYBODY)), "name": "All of them"}
    answer = visitor.post("/downloads/members", data=form)

    assert answer.text.count("\r\n") == 4
    assert "filename=segment-all-of-them-" in answer.headers["Content-Disposition"]


def test_the_filters_of_the_page_go_with_it(visitor, segment, queue, empty_warehouse):
    """A file has the members the page has counted: its filters and snapshot are sent along."""
    standpoint = Standpoint(Scope(countries=("France",)), date(2025, 2, 1))
    fill(empty_warehouse, [Line("4", "2025-01-10 10:00", "99", "dee", country="France")])
    asked = urlencode({"standpoint": json.dumps(standpoint.to_dict())})

    kept = visitor.get(f"/downloads/segment/{segment.id}?{asked}")
    form = {"rule": json.dumps(to_json(EVERYBODY)), "standpoint": json.dumps(standpoint.to_dict())}
    posted = visitor.post("/downloads/members", data=form)
    job = work.submit_export(
        queue,
        "anna",
        rule=to_json(EVERYBODY),
        standpoint=standpoint,
        layout="generic",
        format_="csv",
    )
    queue.run(job)
    written = (delivery_settings().exports / f"{job}.csv").read_text()

    for text in (kept.text, posted.text, written):
        assert [row["customer_id"] for row in csv.DictReader(io.StringIO(text))] == ["dee"]


@pytest.mark.parametrize(
    "standpoint",
    ["{", "[]", '{"sql": "x"}', '{"countries": "France"}', '{"countries": ["\\ud800"]}',
     '{"snapshot": "soon"}', '{"snapshot": 5}', '{"net_of_returns": 1}'],
)  # fmt: skip
def test_filters_that_cannot_be_read_are_refused(visitor, segment, standpoint):
    """A file of other members than the page shows would be worse than none."""
    asked = urlencode({"standpoint": standpoint})
    assert visitor.get(f"/downloads/segment/{segment.id}?{asked}").status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/downloads/segment/none", 404),
        ("/downloads/segment/x'%20OR%201", 404),
        ("/downloads/segment/{id}?version=2", 404),
        ("/downloads/segment/{id}?version=-1", 400),
        ("/downloads/segment/{id}?version=9999999999", 400),
        ("/downloads/segment/{id}?format=exe", 400),
        ("/downloads/segment/{id}?layout=../../etc", 400),
        ("/downloads/export/none", 404),
        ("/downloads/export/0123456789abcdef", 404),
    ],
)
def test_what_is_not_there_is_said(visitor, segment, queue, path, status):
    """A sentence and a fitting status, never a trace."""
    answer = visitor.get(path.format(id=segment.id))

    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "rule", ["", "{", "[]", "null", '{"mode": "all"}', '{"sql": "SELECT 1"}', "[" * 5000,
             '{"mode": "all", "parts": [{"field": "1; DROP", "operator": "=", "value": 1}]}']
)  # fmt: skip
def test_only_rules_become_queries(visitor, segment, rule):
    """Whatever else is posted is refused with a sentence."""
    assert visitor.post("/downloads/members", data={"rule": rule}).status_code == 400


def test_another_site_cannot_post(visitor, segment):
    """A form of a foreign page is refused before anything is read."""
    answer = visitor.post(
        "/downloads/members",
        data={"rule": json.dumps(to_json(EVERYBODY))},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_reader_who_goes_away_ends_the_query(visitor, segment, empty_warehouse):
    """Closing a download early closes its stream; nothing of it runs on."""
    empty_warehouse.command(
        "INSERT INTO orders (batch_id, order_key, customer_key, ordered_at, is_order, net_amount)"
        " SELECT 1, number, number, toDateTime('2025-01-01 00:00:00', 'UTC'), 1, 20"
        " FROM numbers(1, 300000)"
    )
    empty_warehouse.command(
        "INSERT INTO customers SELECT 1, number, toString(number) FROM numbers(1, 300000)"
    )
    answer = visitor.get(f"/downloads/segment/{segment.id}", buffered=False)
    next(answer.iter_encoded())
    answer.close()

    running = empty_warehouse.rows(
        "SELECT query FROM system.processes"
        " WHERE Settings['log_comment'] = 'export_members' AND NOT is_cancelled"
    )
    assert running == []


def test_a_large_workbook_is_a_job(visitor, segment, queue, monkeypatch):
    """Beyond ten thousand rows the page is told so; the job's file is fetched by its id."""
    monkeypatch.setattr(downloads, "JOB_ROWS", 1)
    refused = visitor.get(f"/downloads/segment/{segment.id}?format=xlsx")
    assert refused.status_code == 409
    assert "2 members" in refused.text

    job = work.submit_export(queue, "anna", segment=segment.id, layout="generic", format_="xlsx")
    assert visitor.get(f"/downloads/export/{job}").status_code == 404
    queue.run(job)
    done = queue.find(job)
    assert (done.state, done.answer["rows"], done.answer["members"]) == ("done", 2, 2)
    answer = visitor.get(f"/downloads/export/{job}", buffered=True)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert len(book.get_sheet_by_name("Members").to_python()) == 3
    assert done.answer["name"] in answer.headers["Content-Disposition"]
    answer.close()
    assert (delivery_settings().exports / f"{job}.xlsx").is_file()


def test_an_export_that_is_stopped_leaves_no_file(segment, queue, visitor):
    """A cancelled job ends as such, and its half-written file is gone."""
    job = work.submit_export(queue, "anna", segment=segment.id, layout="generic", format_="csv")
    queue.huey.storage.put_data(f"cancel:{job}", b"1")
    queue.run(job)

    assert queue.find(job).state == "cancelled"
    assert not list(delivery_settings().exports.glob(f"{job}*"))


def test_a_noted_stream_tells_how_far_it_is(visitor, segment, queue):
    """Fetched as it is made, its record ends as done; an id that is none is not there."""
    for format_, suffix in (("csv", ".csv"), ("xlsx", ".xlsx"), ("parquet", ".parquet")):
        job = work.note_stream(
            queue, "reader", rule=to_json(SPENT_10), name="Ten", layout="generic",
            format_=format_, members=2,
        )  # fmt: skip
        answer = visitor.get(f"/downloads/export/{job}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith(suffix)
        assert answer.data
        found = queue.find(job)
        assert (found.state, found.percent) == ("done", 100.0)
    assert queue.huey.pending_count() == 0


def test_a_stopped_stream_is_cut(visitor, segment, queue):
    """A file that is not whole must not look whole: before its beginning there is none."""
    job = work.note_stream(
        queue, "reader", rule=to_json(EVERYBODY), name="All", layout="generic", format_="csv",
        members=3,
    )  # fmt: skip
    queue.huey.storage.put_data(f"cancel:{job}", b"1")
    answer = visitor.get(f"/downloads/export/{job}")

    assert answer.status_code == 409
    assert queue.find(job).state == "cancelled"


def test_a_reader_who_leaves_a_stream_stops_it(visitor, segment, queue, empty_warehouse):
    """Closed early, its record says that it was stopped."""
    empty_warehouse.command(
        "INSERT INTO orders (batch_id, order_key, customer_key, ordered_at, is_order, net_amount)"
        " SELECT 1, number, number, toDateTime('2025-01-01 00:00:00', 'UTC'), 1, 20"
        " FROM numbers(1, 300000)"
    )
    empty_warehouse.command(
        "INSERT INTO customers SELECT 1, number, toString(number) FROM numbers(1, 300000)"
    )
    job = work.note_stream(
        queue, "reader", rule=to_json(SPENT_10), name="All", layout="generic", format_="csv",
        members=300_000,
    )  # fmt: skip
    answer = visitor.get(f"/downloads/export/{job}", buffered=False)
    next(answer.iter_encoded())
    answer.close()

    found = queue.find(job)
    assert (found.state, found.message) == ("cancelled", "Stopped")


def test_old_exports_are_removed(visitor, segment, queue):
    """A file that nobody fetched within a day, or that a dead process left, does not stay."""
    folder = delivery_settings().exports
    folder.mkdir(parents=True, exist_ok=True)
    old, new = folder / "old.xlsx", folder / "new.xlsx"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    work.clear_exports()

    assert not old.exists() and new.exists()
