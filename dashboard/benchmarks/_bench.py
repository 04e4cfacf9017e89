"""What every benchmark is given: where to work, how large, how often."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clickhouse_schema.limits import cores
from dashboard.benchmarks._reference import Reference, make_reference

# The shop of `bench --quick`.
SMALL = ("--customers", "2000", "--lines", "20000", "--products", "200")
_PACKAGES = ("chdb", "dash", "plotly", "gunicorn", "pandas", "polars", "duckdb", "playwright")


@dataclass(frozen=True)
class Bench:
    """
    One run of the benchmarks.

    Attributes:
        folder: Where they keep their data, `CLIENTELE_DATA_DIR/bench`.
        scale: Words for `sample` that say how large the shop is.
        runs: How often a timing is repeated; its median is the figure.
    """

    folder: Path
    scale: tuple[str, ...] = ("--reference-scale",)
    runs: int = 5

    @property
    def quick(self) -> bool:
        """Whether this only tries that everything runs: then nothing is asked in all its ways."""
        return self.scale == SMALL

    @cached_property
    def reference(self) -> Reference:
        """
        The data measured on; made at first use, kept under the folder.

        Raises:
            BenchError: It could not be made.
        """
        return make_reference(self.folder, self.scale)

    @contextmanager
    def empty_folder(self, name: str) -> Iterator[Path]:
        """Lend an empty data folder that is gone afterwards."""
        folder = self.folder / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found: dict[str, Any] = {
        "cores": cores(),
        "processor": _processor(),
        "memory_gb": round(memory / 1e9, 1),
        "load_at_start": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }
    return found | {name: _version(name) for name in _PACKAGES}


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    named = (line for line in text.splitlines() if line.startswith("model name"))
    return next(named, platform.machine()).partition(":")[2].strip() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
