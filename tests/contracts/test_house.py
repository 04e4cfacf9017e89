"""What keeps the house standing, whoever builds in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from dashboard.config import SETTINGS
from layouts import ids
from layouts.tabs import TABS

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "clickhouse_schema" / "queries"
STATEMENTS = sorted((QUERIES / "sql").glob("*.sql"))
PACKAGES = ("dashboard", "callbacks", "layouts", "analytics", "clickhouse_schema")


def sources() -> list[Path]:
    """Return every Python file of the application."""
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def functions(folder: Path) -> Counter[str]:
    """Return how often each function name stands in the modules of a folder."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return found


def test_imports_go_one_way_down():
    """dashboard -> callbacks -> (layouts | analytics) -> clickhouse_schema, and no other."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_each_statement_has_its_function(path):
    """A query's file, its function and its tag have one name."""
    calls = [
        text
        for module in QUERIES.glob("*.py")
        for text in re.findall(r"run_query\(\s*\w+,\s*\"(\w+)\"", module.read_text())
    ]

    assert functions(QUERIES)[path.stem] == 1
    assert path.stem in calls


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_each_statement_is_plain(path):
    """One statement, explained in its first line, without settings or text put in from outside."""
    text = path.read_text(encoding="utf-8")
    code = re.sub(r"--[^\n]*|\{\{\w+\}\}", "", text)  # {{part}} is another file of ours

    assert text.startswith("-- ")
    assert not re.search(r"\bSETTINGS\b", code, re.IGNORECASE)
    assert ";" not in code.strip().rstrip(";")
    assert not re.search(r"%\(|\{\w+\}|\{\}", code)


def test_each_asked_name_has_its_statement():
    """No function asks for a file that is not there."""
    asked = {
        name
        for path in sources()
        for name in re.findall(r"run_query\(\s*[\w.]+,\s*\"(\w+)\"", path.read_text())
    }

    assert asked <= {path.stem for path in STATEMENTS}


def test_every_setting_is_in_the_readme():
    """The README's table is the program's: variable, default, unit and meaning."""
    rows = [
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else 'empty'} "
        f"| {setting.unit} | {setting.meaning} |"
        for setting in SETTINGS
    ]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [row for row in rows if row not in readme]

    assert missing == [], "put into the README's settings table:\n" + "\n".join(missing)
    assert set(re.findall(r"\| `((?:CLIENTELE|REDIS|CLICKHOUSE)_\w+)`", readme)) == {
        setting.variable for setting in SETTINGS
    }


def test_ids_are_unique():
    """No two parts of the page share an id."""
    values = [str(part) for part in ids.Shell]

    assert len(values) == len(set(values))
    assert len({tab.word for tab in TABS}) == len(TABS)


@pytest.mark.parametrize("word", [tab.word for tab in TABS])
def test_each_tab_is_in_every_room(word):
    """From a tab's word one knows its files."""
    for room in ("layouts", "layouts/figures", "callbacks", "analytics/reports"):
        assert (ROOT / room / f"{word}.py").is_file(), room


def test_ci_runs_the_command_of_the_readme():
    """What people are told to run is what CI runs."""
    assert "script/test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "exec script/test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_nothing_comes_from_elsewhere():
    """No style or script is linked from another site."""
    linked = [
        path.name
        for path in sources()
        if re.search(r"dbc\.(themes|icons)\.|dag\.themes\.|cdn\.", path.read_text())
    ]

    assert linked == []
