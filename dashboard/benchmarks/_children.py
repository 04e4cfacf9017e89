"""
Runs a part of a benchmark in a process of its own, and says what it took.

Peak memory is the kernel's own count for the process (`wait4`), which no
sampling can miss. The child is this package run as a module, see `__main__`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
_OURS = ("CLIENTELE_", "CLICKHOUSE_URL", "REDIS_URL")
_SHOWN_OF_LOG = 2000


class BenchError(Exception):
    """The benchmark could not run; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Ended:
    """
    What a child process left behind.

    Attributes:
        answer: What its function returned; None of a command.
        seconds: From start to end.
        cpu_seconds: Of all its cores together; more than `seconds` says that it
            used several, much less that it had to wait, for others perhaps.
        peak_mb: Most memory it held at once, in megabytes of 10^6 bytes.
    """

    answer: Any
    seconds: float
    cpu_seconds: float
    peak_mb: float


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Return this process's environment with no setting of ours but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    given = {"CLIENTELE_DATA_DIR": str(data_dir), "CLIENTELE_LOG_LEVEL": "warning", **more}
    return {**kept, **given, "PYTHONPATH": str(ROOT)}


def run_command(words: Sequence[str], data_dir: Path) -> Ended:
    """
    Run `python -m dashboard WORDS` on a data folder and wait.

    Raises:
        BenchError: It failed.
    """
    return _run(["-m", "dashboard", *words], environment(data_dir))


def run_child(function: str, arguments: Mapping[str, Any], data_dir: Path) -> Ended:
    """
    Run `module:function` of this package with these arguments, and wait.

    Args:
        function: Such as `_overview:answers`; it returns something JSON-able.
        arguments: JSON-able, given by name.
        data_dir: Its `CLIENTELE_DATA_DIR`.

    Raises:
        BenchError: It failed.
    """
    with tempfile.TemporaryDirectory(prefix="clientele-bench-") as folder:
        answer = Path(folder) / "answer.json"
        words = ["-m", "dashboard.benchmarks", function, json.dumps(dict(arguments)), str(answer)]
        ended = _run(words, environment(data_dir))
        return replace(ended, answer=json.loads(answer.read_text()))


def _run(words: Sequence[str], variables: Mapping[str, str]) -> Ended:
    with tempfile.TemporaryFile("w+") as log:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, *words], env=dict(variables), cwd=ROOT, stdout=log, stderr=log
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            raise BenchError(f"{' '.join(words[:4])} failed:\n{log.read()[-_SHOWN_OF_LOG:]}")
        busy = usage.ru_utime + usage.ru_stime
        return Ended(None, seconds, busy, usage.ru_maxrss * _MAXRSS_UNIT / 1e6)
