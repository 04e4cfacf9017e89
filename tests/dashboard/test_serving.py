"""The processes as people start them: served, stopped, refused, and several over one server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, answers, free_port, wait_for


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return this process's variables with only these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLIENTELE_")}
    kept = {
        name: value for name, value in kept.items() if name not in {"CLICKHOUSE_URL", "REDIS_URL"}
    }
    return {**kept, "CLIENTELE_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT), **more}


def dashboard(settings: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "dashboard", *words]
    return subprocess.run(
        command, env=settings, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def running(settings: dict[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside the test, in a process group of its own as a terminal would."""
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *words],
            env=settings,
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def text_of(url: str) -> str:
    """Return what an address answers, whatever the status."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode())


@pytest.fixture
def served(tmp_path):
    """An embedded server over an empty, migrated warehouse: its address, process and log."""
    port = free_port()
    settings = environment(tmp_path, CLIENTELE_PORT=str(port))
    assert dashboard(settings, "migrate").returncode == 0
    with running(settings, tmp_path / "log", "serve") as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{url}/readyz"), process)
        yield url, process, settings, tmp_path / "log"


def test_a_second_process_is_refused_and_the_first_goes_on(served):
    """Same folder: who has it; same port: that it is taken. Both in words, exit code 2."""
    url, _, settings, _ = served
    same_port = dashboard(settings, "serve")
    same_data = dashboard({**settings, "CLIENTELE_PORT": str(free_port())}, "serve")

    assert (same_port.returncode, same_data.returncode) == (2, 2)
    assert "CLIENTELE_PORT" in same_port.stderr
    assert "in use by process" in same_data.stderr
    assert "Traceback" not in same_port.stderr + same_data.stderr
    assert answers(f"{url}/readyz")


def test_the_command_line_reaches_a_running_server(served):
    """`info` is answered by the process that has the data."""
    _, _, settings, _ = served
    told = dashboard(settings, "info")

    assert told.returncode == 0, told.stderr
    assert "Nothing is loaded" in told.stdout


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(served, sign):
    """Ctrl-C reaches every process of the terminal: no trace, nothing left, exit code 0."""
    _, process, settings, log = served
    os.killpg(process.pid, sign)
    process.wait(timeout=20)

    assert process.returncode == 0
    assert "Traceback" not in log.read_text()
    assert dashboard(settings, "migrate").returncode == 0  # the folder is free again


def test_ctrl_c_stops_a_running_load(served):
    """It stops within seconds, whatever runs, and nothing half-loaded is visible."""
    _, process, settings, log = served
    loading = threading.Thread(
        target=dashboard, args=(settings, "sample", "--lines", "3000000", "--customers", "300000")
    )
    loading.start()
    wait_for(lambda: "internal/tasks" in log.read_text(), process)
    time.sleep(1.5)
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=30)
    took = time.monotonic() - started
    loading.join(timeout=60)
    told = dashboard(settings, "info")

    assert took < 12
    assert "Traceback" not in log.read_text()
    assert "Nothing is loaded" in told.stdout, told


def test_an_unmigrated_server_is_not_ready(database_url, tmp_path):
    """It starts, says what is missing, and is ready once that is done."""
    port = free_port()
    settings = environment(tmp_path, CLICKHOUSE_URL=database_url, CLIENTELE_PORT=str(port))
    with running(settings, tmp_path / "log", "serve") as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{url}/healthz"), process)
        before = text_of(f"{url}/readyz")
        assert dashboard(settings, "migrate").returncode == 0
        wait_for(lambda: answers(f"{url}/readyz"), process)

    assert before.startswith("not ready: ")


def test_the_processes_of_compose(database_url, redis_url, tmp_path):
    """Migration, then two web processes and a worker over one server and Redis: a page comes."""
    port = free_port()
    settings = environment(
        tmp_path,
        CLICKHOUSE_URL=database_url,
        REDIS_URL=redis_url,
        CLIENTELE_PORT=str(port),
        CLIENTELE_WORKERS="2",
        CLIENTELE_LOG_FORMAT="json",
        CLIENTELE_SECRET_KEY="k" * 40,
    )
    assert dashboard(settings, "migrate").returncode == 0
    made = dashboard(
        settings, "sample", "--lines", "3000", "--customers", "300", "--products", "80"
    )
    assert made.returncode == 0, made.stderr
    url = f"http://127.0.0.1:{port}"
    with (
        running(settings, tmp_path / "web", "serve") as web,
        running(settings, tmp_path / "worker", "worker") as worker,
    ):
        wait_for(lambda: answers(f"{url}/readyz"), web)
        pages = [text_of(f"{url}/overview") for _ in range(12)]
        layout = text_of(f"{url}/_dash-layout")
        check = dashboard(settings, "worker", "--check")
        alive = worker.poll() is None
    log = (tmp_path / "web").read_text()

    assert all("react-entry-point" in page for page in pages)
    assert "shell-filters" in layout
    assert log.count("Booting worker") == 2
    assert "Traceback" not in log + (tmp_path / "worker").read_text()
    assert alive
    assert check.returncode == 0, check.stderr


def test_an_embedded_home_has_no_worker(tmp_path):
    """The server does that work itself, and says so."""
    told = dashboard(environment(tmp_path), "worker")

    assert told.returncode == 2
    assert "CLICKHOUSE_URL" in told.stderr


def test_compose_is_valid():
    """Debian's docker-compose reads the file; no secret has a default."""
    program = shutil.which("docker-compose")
    command = [program] if program else ["docker", "compose"]
    secrets = {"CLICKHOUSE_PASSWORD": "a", "REDIS_PASSWORD": "b", "CLIENTELE_SECRET_KEY": "c" * 32}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLI")}
    run = [*command, "-f", "docker-compose.yml", "config", "--services"]
    good = subprocess.run(
        run, env={**plain, **secrets}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    bad = subprocess.run(run, env=plain, cwd=ROOT, capture_output=True, text=True, check=False)

    assert good.returncode == 0, good.stderr
    assert set(good.stdout.split()) == {"clickhouse", "redis", "migrate", "web", "worker"}
    assert bad.returncode != 0
    assert "set a" in bad.stderr


def test_orders_to_quit_wait_for_no_lock(tmp_path):
    """Ctrl-C and the master's order come at once, while a thread is being started: it leaves."""
    code = (
        "import os, runpy, signal, threading, time, types\n"
        "from concurrent.futures.thread import _global_shutdown_lock\n"
        "worker = types.SimpleNamespace(alive=True)\n"
        "runpy.run_path('dashboard/gunicorn.conf.py')['post_worker_init'](worker)\n"
        "with threading._active_limbo_lock, _global_shutdown_lock:\n"
        "    for order in (signal.SIGINT, signal.SIGQUIT):\n"
        "        os.kill(os.getpid(), order)\n"
        "    assert not worker.alive\n"
        "    time.sleep(60)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), timeout=60, check=False
    )

    assert ended.returncode == 0
