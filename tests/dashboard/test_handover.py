"""The command line hands its work to the process that holds the embedded warehouse."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, WarehouseInUse
from clickhouse_schema.home import EmbeddedLock
from dashboard.cli import sample
from dashboard.config import AppConfig
from dashboard.handover import TASKS_PATH, TOKEN_HEADER, run_operation
from dashboard.internal import Tasks, internal_blueprint

TOKEN = "a secret of the lock file"
FILE = "order_id,ordered_at,product_id,quantity,unit_price\n1,2024-01-02,p,2,3.00\n"
OPTIONS = {"currency": "EUR", "time_zone": "UTC"}


@pytest.fixture
def config(empty_warehouse: Warehouse, tmp_path: Path) -> Iterator[AppConfig]:
    """Settings whose data folder is held by a process that serves the shared warehouse."""
    app = Flask(__name__)
    app.register_blueprint(internal_blueprint(Tasks(lambda: empty_warehouse), TOKEN))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    lock = EmbeddedLock(tmp_path / "data")
    lock.acquire()
    lock.announce(url=f"http://127.0.0.1:{server.server_port}", token=TOKEN)
    yield AppConfig.from_env({"CLIENTELE_DATA_DIR": str(tmp_path / "data")}, None)
    lock.release()
    server.shutdown()
    thread.join()
    server.server_close()


def test_work_is_done_there(config: AppConfig, tmp_path: Path) -> None:
    """Loading, info and unloading give what they would give here."""
    path = tmp_path / "a.csv"
    path.write_text(FILE)
    asked = {"path": str(path), "options": OPTIONS}

    batch = run_operation(config, "load", asked)["batch_id"]

    total = run_operation(config, "info", {})["total"]
    assert (total["raw"]["lines"], total["raw"]["amount"]) == (1, 6.0)
    assert run_operation(config, "unload", {"batch_id": batch})["lines"] == 1
    assert run_operation(config, "info", {})["total"] is None


def test_the_sample_is_made_there(
    config: AppConfig, empty_warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sample` beside a running server fills that server's warehouse, and says what came of it."""
    words = ["--customers", "300", "--lines", "3000", "--products", "80", "--seed", "3"]
    parser = argparse.ArgumentParser()
    sample.add_arguments(parser)

    assert sample.run(config, parser.parse_args(words)) == 0
    told = capsys.readouterr().out
    held = empty_warehouse.rows("SELECT count(), uniqExact(customer_key) FROM order_lines")
    assert f"{held[0][0]:,} lines" in told
    assert held[0][0] > 2500
    assert empty_warehouse.rows("SELECT count() FROM sample_customers")[0][0] == 300

    assert sample.run(config, parser.parse_args(words)) == 0
    assert "nothing changed" in capsys.readouterr().out


def test_its_refusal_comes_back(config: AppConfig, tmp_path: Path) -> None:
    """The sentence is the one the loader said."""
    asked = {"path": str(tmp_path / "missing.csv"), "options": OPTIONS}

    with pytest.raises(LoadError, match="does not exist"):
        run_operation(config, "load", asked)


def test_only_with_the_secret(empty_warehouse: Warehouse) -> None:
    """Without it, or from another machine, there is nothing at that address."""
    app = Flask(__name__)
    app.register_blueprint(internal_blueprint(Tasks(lambda: empty_warehouse), TOKEN))
    asked = {"operation": "info", "arguments": {}}
    browser = app.test_client()

    assert browser.post(TASKS_PATH, json=asked).status_code == 404
    wrong = {TOKEN_HEADER: "guess"}
    assert browser.post(TASKS_PATH, json=asked, headers=wrong).status_code == 404
    right = {TOKEN_HEADER: TOKEN}
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    answer = browser.post(TASKS_PATH, json=asked, headers=right, environ_base=elsewhere)
    assert answer.status_code == 404
    asked["operation"] = "drop"
    assert browser.post(TASKS_PATH, json=asked, headers=right).status_code == 400


def test_a_holder_that_serves_nothing(tmp_path: Path) -> None:
    """A process that takes no work is named, and nothing is touched."""
    lock = EmbeddedLock(tmp_path)
    lock.acquire()
    config = AppConfig.from_env({"CLIENTELE_DATA_DIR": str(tmp_path)}, None)

    with pytest.raises(WarehouseInUse, match="in use by process"):
        run_operation(config, "info", {})
    lock.announce(url="http://127.0.0.1:9", token="x")
    with pytest.raises(WarehouseInUse, match="does not answer"):
        run_operation(config, "info", {})
    lock.release()
