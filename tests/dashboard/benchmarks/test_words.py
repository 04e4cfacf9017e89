"""Every word of the benchmarks keeps the contract, and all of them run on a small shop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.benchmarks import benchmark, words
from dashboard.benchmarks._bench import SMALL
from dashboard.benchmarks._reference import make_reference
from layouts.tabs import TABS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("word", words())
def test_a_word_has_a_title_and_measures(word: str) -> None:
    """The command finds modules by name and needs these two of each."""
    module = benchmark(word)

    assert module.TITLE
    assert callable(module.measure)


def test_every_tab_is_measured() -> None:
    """A tab adds its rows: a module named by its word."""
    assert {tab.word for tab in TABS} <= set(words())


def test_all_of_it_runs_on_a_small_shop(tmp_path: Path) -> None:
    """Each word gives rows named after it; the data is made once. No bar is held."""
    environment = {**os.environ, "CLIENTELE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "dashboard", "bench", "--quick", "--json"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    rows = json.loads(ended.stdout)["rows"]
    assert {row["name"].partition(":")[0] for row in rows} == set(words())
    assert len({row["name"] for row in rows}) == len(rows)
    facts = tmp_path / "bench" / "small" / "facts.json"
    made = facts.stat().st_mtime_ns
    again = make_reference(tmp_path / "bench", SMALL)
    assert again.lines > 0
    assert facts.stat().st_mtime_ns == made


def test_a_bench_that_cannot_run_says_so(tmp_path: Path) -> None:
    """A folder that cannot be made is a sentence and exit code 2."""
    (tmp_path / "file").write_text("not a folder")
    environment = {**os.environ, "CLIENTELE_DATA_DIR": str(tmp_path / "file")}
    ended = subprocess.run(
        [sys.executable, "-m", "dashboard", "bench", "--quick", "--only", "loading"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
