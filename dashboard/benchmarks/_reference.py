"""
The data the benchmarks run on: the sample retailer at reference scale.

It is a warehouse in a folder of its own, and its order lines as a Parquet and a
CSV file in the canonical columns, as a shop would hand them over. What making
it took is kept beside it, since that is a bar too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clickhouse_schema import loading
from clickhouse_schema.client import Warehouse
from clickhouse_schema.migrate import read_migrations
from dashboard.benchmarks._children import run_child, run_command
from dashboard.config import AppConfig

_FACTS = "facts.json"
# As shops export them: by time, amounts as floating point, what is not given as NULL.
_LINES = """
SELECT
    l.order_id AS order_id,
    l.ordered_at AS ordered_at,
    p.product_id AS product_id,
    toFloat64(l.quantity) AS quantity,
    toFloat64(l.unit_price) AS unit_price,
    nullIf(c.customer_id, '') AS customer_id,
    toString(l.channel) AS channel,
    toString(l.country) AS country,
    toString(l.category) AS category,
    p.description AS description,
    toFloat64(p.unit_cost) AS unit_cost,
    toFloat64(l.discount_amount) AS discount,
    toString(l.payment_method) AS payment_method,
    toString(l.store) AS store
FROM order_lines AS l
LEFT ANY JOIN customers AS c ON c.customer_key = l.customer_key
LEFT ANY JOIN products AS p ON p.product_key = l.product_key
ORDER BY l.ordered_at, l.order_key, l.line_no
"""
_FORMATS = {"lines.parquet": "Parquet", "lines.csv": "CSVWithNames"}


@dataclass(frozen=True, slots=True)
class Reference:
    """
    The data, and what making it took.

    Attributes:
        folder: Data folder of its warehouse; its files stand there too.
        lines, customers, products: How much it is.
        revenue: Of its sale lines.
        made_seconds, made_peak_mb: Of the command `sample`.
        recipe: What it was made by; other words or tables make it anew.
    """

    folder: Path
    lines: int
    customers: int
    products: int
    revenue: float
    made_seconds: float
    made_peak_mb: float
    recipe: str

    @property
    def parquet(self) -> Path:
        """Its order lines as Parquet."""
        return self.folder / "lines.parquet"

    @property
    def csv(self) -> Path:
        """Its order lines as CSV."""
        return self.folder / "lines.csv"


def make_reference(folder: Path, scale: tuple[str, ...]) -> Reference:
    """
    Return the data of this scale, making it when it is not there or outdated.

    Raises:
        BenchError: It could not be made.
    """
    recipe = _recipe(scale)
    place = folder / ("reference" if scale == ("--reference-scale",) else "small")
    found = _read(place)
    if found is not None and found.recipe == recipe:
        return found
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    made = run_command(["sample", *scale], place)
    facts = run_child("_reference:export", {}, place).answer
    reference = Reference(place, **facts, made_seconds=made.seconds, made_peak_mb=made.peak_mb,
                          recipe=recipe)  # fmt: skip
    kept = {**asdict(reference), "folder": ""}
    (place / _FACTS).write_text(json.dumps(kept, indent=2), encoding="utf-8")
    return reference


def export() -> dict[str, Any]:
    """Write the files of the warehouse in `CLIENTELE_DATA_DIR`; return how much is in them."""
    config = AppConfig.from_env()
    warehouse = Warehouse.open(config.home, config.limits)
    try:
        for name, kind in _FORMATS.items():
            path = str(config.data_dir / name).replace("'", "''")
            warehouse.command(
                f"INSERT INTO FUNCTION file('{path}', '{kind}') {_LINES}"
                " SETTINGS max_threads = 2, engine_file_truncate_on_insert = 1"
            )
        (counted,) = warehouse.rows(
            "SELECT count(), uniqExactIf(customer_key, customer_key != 0), uniqExact(product_key),"
            " toFloat64(sumIf(net_amount, kind = 'sale')) FROM order_lines"
        )
    finally:
        warehouse.close()
    return dict(zip(("lines", "customers", "products", "revenue"), counted, strict=True))


def _recipe(scale: tuple[str, ...]) -> str:
    """Return what the data depends on: its size, the tables it is in and what generates it."""
    generator = hashlib.sha256(_LINES.encode())
    for path in sorted(Path(loading.__path__[0]).rglob("*sample_*")):
        if path.suffix in {".py", ".sql"}:
            generator.update(path.read_bytes())
    tables = [migration.checksum[:12] for migration in read_migrations()]
    return " ".join([*scale, *tables, generator.hexdigest()[:12]])


def _read(place: Path) -> Reference | None:
    try:
        kept = json.loads((place / _FACTS).read_text(encoding="utf-8"))
        found = Reference(**{**kept, "folder": place})
    except (OSError, ValueError, TypeError):
        return None
    return found if found.parquet.is_file() and found.csv.is_file() else None
