"""
A process that holds one engine and answers questions about its data, in turn.

Each line read is JSON, `{"question": name, "arguments": {...}}`; each line
written `{"seconds", "answer"}`. The first line tells what reading the file took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dashboard.benchmarks._children import ROOT, BenchError, environment
from dashboard.benchmarks._engines import ENGINES


class Peer:
    """The asking end of such a process."""

    def __init__(self, name: str, ask: IO[str], hear: IO[str]) -> None:
        self.name = name
        self._ask, self._hear = ask, hear
        self.load_seconds = float(self._heard()["seconds"])

    def ask(self, question: str, **arguments: str) -> tuple[float, Any]:
        """Return how long it took, in seconds, and the answer."""
        self._ask.write(json.dumps({"question": question, "arguments": arguments}) + "\n")
        self._ask.flush()
        heard = self._heard()
        return float(heard["seconds"]), heard["answer"]

    def _heard(self) -> dict[str, Any]:
        line = self._hear.readline()
        if not line:
            raise BenchError(f"{self.name} ended before it answered")
        return dict(json.loads(line))


@contextmanager
def talking_to(name: str, path: Path, data_dir: Path) -> Iterator[Peer]:
    """
    Let an engine read the file, and answer while the block runs.

    Raises:
        BenchError: It ended.
    """
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "dashboard.benchmarks._talk", name, str(path)],
            env=environment(data_dir),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            if process.stdin and process.stdout:
                yield Peer(name, process.stdin, process.stdout)
        except BenchError as error:
            log.seek(0)
            raise BenchError(f"{error}:\n{log.read()[-2000:]}") from error
        finally:
            process.kill()
            process.communicate()


def _answer_questions(name: str, path: Path) -> None:
    started = time.perf_counter()
    engine = ENGINES[name](path)
    _say(time.perf_counter() - started, None)
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.perf_counter()
        answer = getattr(engine, asked["question"])(**asked["arguments"])
        _say(time.perf_counter() - started, answer)


def _say(seconds: float, answer: Any) -> None:
    sys.stdout.write(json.dumps({"seconds": seconds, "answer": answer}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _answer_questions(sys.argv[1], Path(sys.argv[2]))
