"""Runs one function of this package in a child process; `_children.run_child` starts it."""

import json
import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    module, _, function = sys.argv[1].partition(":")
    call = getattr(import_module(f"dashboard.benchmarks.{module}"), function)
    answer = call(**json.loads(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(answer), encoding="utf-8")
