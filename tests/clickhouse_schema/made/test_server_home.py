"""On a server several processes save at once; each version is held by one, and none is lost."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.activation.delivery import Delivery, begin_run
from analytics.activation.settings import DeliverySettings
from analytics.exports.files import csv_chunks, export_of, parquet_chunks
from clickhouse_schema.deliveries.runs import run_of
from clickhouse_schema.made.reading import history, listed, main_line
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.facts import EVERYBODY, Members
from tests.analytics.activation.helpers import Heard, activation, add_customers, everybody
from tests.clickhouse_schema.made.saver import KIND

pytestmark = pytest.mark.server
ROOT = Path(__file__).parents[3]
SAVES = 8


def test_processes_that_save_at_once_lose_nothing(server_warehouse, database_url):
    """What each was told is what the history says, and versions make one line."""
    made = create(server_warehouse, KIND, name="Shared", body={}, author=Author("Anna"))
    names = ("Ben", "Cem", "Dora")
    savers = [_start(database_url, made.id, name) for name in names]
    for saver in savers:
        assert saver.stdout.readline() == "ready\n"
    for saver in savers:
        saver.stdin.write("go\n")
        saver.stdin.flush()
    told = [tuple(each) for saver in savers for each in json.loads(saver.communicate()[0])]

    rows = history(server_warehouse, KIND, made.id)
    line = main_line(server_warehouse, KIND, made.id)
    saves = {each for each in told if each[0] in {"held", "aside"}}
    assert len(saves) == len(names) * SAVES
    assert saves == {
        ("held" if row.held else "aside", row.version, row.revision) for row in rows[1:]
    }
    assert [row.version for row in line] == list(range(1, len(line) + 1))
    assert sum(1 for each in told if each[0] == "named") == 1
    assert [row.name for row in listed(server_warehouse, KIND)].count("One name") == 1


def _start(url: str, id_: str, name: str) -> subprocess.Popen[str]:
    words = ["-m", "tests.clickhouse_schema.made.saver", url, id_, name, str(SAVES)]
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def test_exports_and_deliveries_work_over_http(server_warehouse, tmp_path):
    """The same files come from a server, whole, in the order of ids."""
    add_customers(server_warehouse, 70_000)
    export = export_of(Members(EVERYBODY.text, {}, "Every"), "generic", "csv")
    text = b"".join(csv_chunks(server_warehouse, export)).decode()
    ids = [row["customer_id"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert ids == [f"{number:06d}" for number in range(70_000)]
    assert len(b"".join(parquet_chunks(server_warehouse, export))) > 10_000
    stopped = csv_chunks(server_warehouse, export)
    assert len([next(stopped), next(stopped)]) == 2
    stopped.close()

    delivery = Delivery(server_warehouse, DeliverySettings(tmp_path), everybody)
    run = begin_run(server_warehouse, activation(server_warehouse))
    done = delivery.carry_out(run.run_id, Heard())
    assert (done.state, done.members) == ("done", 70_000)
    assert run_of(server_warehouse, run.run_id).state == "done"
    (file,) = tmp_path.iterdir()
    assert len(file.read_text().splitlines()) == 70_001
