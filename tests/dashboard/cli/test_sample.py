"""The command `sample`: what is asked for, and what it says."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from clickhouse_schema.loading.sample import REFERENCE_SCALE, SampleSpec
from dashboard.cli import main, sample

ROOT = Path(__file__).parents[3]


def asked_for(*words: str) -> SampleSpec:
    parser = argparse.ArgumentParser()
    sample.add_arguments(parser)
    return sample.spec_of(parser.parse_args(words))


def test_without_words_the_usual_shop_is_made():
    """About 300,000 lines, as the README says."""
    assert asked_for() == SampleSpec()


def test_words_change_what_they_name_also_of_the_reference_scale():
    """The reference scale is a starting point like the usual one."""
    assert asked_for("--reference-scale") == REFERENCE_SCALE
    assert asked_for("--reference-scale", "--products", "500").products == 500
    assert asked_for("--seed", "7", "--until", "2024-12-31").last_day == date(2024, 12, 31)


@pytest.mark.parametrize("words", [("--lines", "5"), ("--customers", "3"), ("--seed", "-1")])
def test_numbers_that_make_no_shop_are_told_before_anything_is_opened(words, capsys):
    """A sentence and exit code 2."""
    assert main(["sample", *words]) == 2
    assert "There is no such shop" in capsys.readouterr().err


def test_the_command_fills_an_empty_folder_and_says_so(tmp_path):
    """In a process of its own, as a newcomer runs it; a second time nothing changes."""
    words = ["sample", "--customers", "200", "--lines", "2000", "--products", "60"]

    first, again = run(tmp_path, *words), run(tmp_path, *words)
    told = json.loads(run(tmp_path, "info", "--json"))

    assert "loaded as batch 1" in first
    assert "nothing changed" in again
    assert told["total"]["raw"]["customers"] == 200


def run(data_dir: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        cwd=ROOT,
        env={**os.environ, "CLIENTELE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout
