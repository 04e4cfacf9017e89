"""What a start loads, and what is loaded once the application serves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def loaded_by(program: str) -> set[str]:
    """Return the modules a fresh process has after a program."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport json, sys; print(json.dumps([*sys.modules]))"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return set(json.loads(told))


def test_gunicorns_master_and_the_command_that_becomes_it_load_no_data_libraries() -> None:
    """They are loaded in a worker, which would wait for two processes before it otherwise."""
    loaded = loaded_by("import dashboard.cli.serve, dashboard.config, dashboard.logs")

    assert not {"pandas", "numpy", "clickhouse_connect", "dash", "chdb"} & loaded


def test_a_start_waits_for_no_library_that_only_some_questions_need() -> None:
    """The whole application with all callbacks, but none of the libraries for later."""
    loaded = loaded_by(
        "import dashboard.app, callbacks; callbacks.register()\n"
        "from dashboard.warming import LATER\n"
        "import sys; assert not set(LATER) & set(sys.modules), set(LATER) & set(sys.modules)"
    )

    assert "analytics.reports.clusters" in loaded
    assert "sklearn" not in loaded


def test_they_are_loaded_once_it_serves() -> None:
    """So that the first reader who needs one does not wait for it."""
    loaded = loaded_by(
        "from dashboard.warming import load_later; timer = load_later(0); timer.join(60)"
    )

    assert {"scipy.stats", "sklearn.cluster", "sklearn.metrics.pairwise"} <= loaded
