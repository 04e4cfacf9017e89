"""
What can go wrong with a load leaves a clear sentence, exit code 2, and the totals from before.

Each test runs the command line in a process of its own, on a data folder of its own.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[3]
ROWS = "\n".join(
    f"{n // 3},SKU{n % 97},thing,{n % 4 + 1},2024-0{n % 9 + 1}-11 10:00:00,{n % 50}.25,c{n % 31},X"
    for n in range(2_000)
)
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def command(folder: Path, *words: str, limit: Callable[[], None] | None = None) -> list[Any]:
    """Return exit code, output and errors of `python -m dashboard WORDS`."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        cwd=ROOT,
        env={**environment(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,
    )
    return [done.returncode, done.stdout, done.stderr]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return {**kept, "CLIENTELE_DATA_DIR": str(folder)}


def totals(folder: Path) -> Any:
    code, out, errors = command(folder, "info", "--json")
    assert code == 0, errors
    told = json.loads(out)
    return told["total"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which something is loaded as batch 1; each test leaves just that."""
    folder = tmp_path_factory.mktemp("loaded")
    file = folder / "before.csv"
    file.write_text(HEADER + ROWS + "\n")
    code, _, errors = command(folder / "data", "load", str(file))
    assert code == 0, errors
    return folder / "data"


@pytest.fixture(scope="module")
def before(data: Path) -> Any:
    """What `info` says of it."""
    return totals(data)


def take_out(data: Path) -> None:
    """Unload the newest batch."""
    newest = json.loads(command(data, "info", "--json")[1])["batches"][-1]["batch_id"]
    assert newest != 1
    assert command(data, "unload", str(newest))[0] == 0


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file that takes a second or two to load."""
    count = 300_000
    numbers = pd.Series(range(count))
    frame = pd.DataFrame(
        {
            "order_id": "o" + (numbers // 3).astype(str),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(numbers * 60, unit="s"),
            "product_id": "p" + (numbers % 5_000).astype(str),
            "quantity": numbers % 5 + 1,
            "unit_price": (numbers % 1_000) / 100 + 0.01,
            "customer_id": "c" + (numbers % 70_001).astype(str),
        }
    )
    path = tmp_path_factory.mktemp("large") / "large.parquet"
    frame.to_parquet(path, row_group_size=50_000)
    return path


def test_bad_files_are_refused_in_a_sentence(
    data: Path, before: Any, large: Path, tmp_path: Path
) -> None:
    """Each gets exit code 2 and a sentence without a stack trace; nothing else changes."""
    (tmp_path / "nothing.csv").touch()
    (tmp_path / "columns.csv").write_text("InvoiceNo,StockCode\n1,2\n")
    (tmp_path / "cut.parquet").write_bytes(large.read_bytes()[:50_000])
    said = {
        "nothing.csv": "empty",
        "columns.csv": "--map",
        "cut.parquet": "cut off",
        "": "is a folder",
        "missing.csv": "does not exist",
    }
    for name, word in said.items():
        code, _, errors = command(data, "load", str(tmp_path / name))

        assert (name, code) == (name, 2), errors
        assert word in errors.strip().splitlines()[-1]
        assert "Traceback" not in errors
    assert totals(data) == before


def test_broken_rows_in_the_middle_are_only_refused(
    data: Path, before: Any, tmp_path: Path
) -> None:
    """The rest of the file loads, and the summary counts what did not."""
    path = tmp_path / "a.csv"
    rows = ROWS.splitlines()
    rows[900:900] = ['"never closed,1', "too,few", "1,p,x,1,2024-01-01,1,c,X,too,many", "\x01\x02"]
    path.write_text(HEADER + "\n".join(rows) + "\n")

    code, out, errors = command(data, "load", str(path))

    assert code == 0, errors
    assert "2,000 lines" in out
    assert "rejected: 4 rows" in out
    after = totals(data)
    assert after["raw"]["lines"] == before["raw"]["lines"] + 2_000
    assert after["rejected_rows"] == 4
    take_out(data)


def test_full_disk(data: Path, before: Any, large: Path) -> None:
    """A write that fails for want of room ends the load; there is room again at the next start."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    code, _, errors = command(data, "load", str(large), limit=limit)

    assert code == 2, errors
    assert "disk is full" in errors.strip().splitlines()[-1]
    assert totals(data) == before
    assert command(data, "load", str(large))[0] == 0
    take_out(data)


def test_second_process_is_refused(data: Path, before: Any, large: Path) -> None:
    """While one process has the data another says who has it, and leaves it alone."""
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from pathlib import Path; from clickhouse_schema.home import EmbeddedLock;"
         "lock = EmbeddedLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True);"
         "sys.stdin.read()", str(data)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        code, _, errors = command(data, "load", str(large))

        assert code == 2
        assert f"in use by process {holder.pid}" in errors
    finally:
        holder.communicate()
    assert totals(data) == before


def test_killed_at_any_moment(data: Path, before: Any, large: Path) -> None:
    """Ten loads killed at random: nothing of them is seen, then the file loads as if new."""
    chance = random.Random(7)
    started = time.monotonic()
    assert command(data, "load", str(large))[0] == 0
    took = time.monotonic() - started
    take_out(data)
    for _ in range(10):
        loading = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "load", str(large)],
            cwd=ROOT, env=environment(data),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.3, 0.9) * took)
        finished = loading.poll() is not None
        loading.send_signal(signal.SIGKILL)
        loading.wait()

        told = json.loads(command(data, "info", "--json")[1])

        if finished or len(told["batches"]) > 1:  # it was quicker than its killer
            assert told["total"]["raw"]["lines"] == before["raw"]["lines"] + 300_000
            take_out(data)
        else:
            assert told["total"] == before
    assert command(data, "load", str(large))[0] == 0
    assert totals(data)["raw"]["lines"] == before["raw"]["lines"] + 300_000
