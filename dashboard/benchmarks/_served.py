"""Serves the application in a process of its own, and reads what that process holds."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.benchmarks._children import ROOT, BenchError, environment

_PAGE = ("/", "/_dash-layout")  # the first answers of a visit
_PATIENCE = 60.0  # seconds until it must answer
_LAST_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Served:
    """
    A running server.

    Attributes:
        port: Of this machine's loopback address.
        process_id: Of Gunicorn's master.
        start_seconds: From its start to its first page answered.
    """

    port: int
    process_id: int
    start_seconds: float

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """
        Return what its processes hold, in megabytes; pages they share count once.

        Raises:
            BenchError: This system does not tell.
        """
        try:
            return sum(map(_proportional_kb, _family(self.process_id))) * 1024 / 1e6
        except OSError as error:
            raise BenchError(f"memory of processes cannot be read here ({error})") from error


@contextmanager
def serving(data_dir: Path) -> Iterator[Served]:
    """
    Serve the data of a folder while the block runs.

    Raises:
        BenchError: It does not answer.
    """
    port = _free_port()
    with tempfile.TemporaryFile("w+") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve"],
            env=environment(data_dir, CLIENTELE_PORT=str(port)),
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for_page(port, process, started)
            yield Served(port, process.pid, time.perf_counter() - started)
        except _NotServed as error:
            log.seek(0)
            raise BenchError(f"the server did not answer:\n{log.read()[-2000:]}") from error
        finally:
            process.terminate()
            try:
                process.wait(_LAST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _NotServed(Exception):
    """The server ended, or did not answer in time."""


def _wait_for_page(port: int, process: subprocess.Popen[bytes], started: float) -> None:
    for path in _PAGE:
        while _status(port, path) != 200:
            if process.poll() is not None or time.perf_counter() - started > _PATIENCE:
                raise _NotServed
            time.sleep(0.01)


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(process_id: int) -> list[int]:
    """Return a process and all it started that still run."""
    found = [process_id]
    for task in Path(f"/proc/{process_id}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


def _proportional_kb(process_id: int) -> int:
    text = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
