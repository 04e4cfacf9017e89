"""
Published baskets with nothing left in them but chance: are rules found where there are none?

Shuffled baskets keep their sizes and moments, and how many of them hold each item. Each
shuffle is loaded as a file and mined as a reader would have it, deeper levels and all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.reports._basket_mining import mine
from clickhouse_schema.baskets.scratch import new_attempt
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.loading.load import LoadOptions, load_file
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._children import run_child
from dashboard.benchmarks._rows import Row, at_least
from dashboard.config import AppConfig

Ints = NDArray[np.int64]
FOLDER = "CLIENTELE_TEST_DATA"  # of the published sets, as for the tests
SHUFFLES, SHUFFLES_QUICKLY = 20, 2
_MIXED, _BETWEEN = 16, 2  # rounds before the first shuffle, and from one to the next
_EVER = Filters(date(1971, 1, 1), date(2105, 1, 1))


def published(folder: Path, name: str) -> pd.DataFrame:
    """Return the lines of a published set: `basket`, `item`, both as text, and `at`."""
    if name == "online_retail":
        frame = pd.read_parquet(folder / name / f"{name}.parquet")
        sold = frame[(frame["Quantity"] > 0) & (frame["UnitPrice"] > 0)]
        lines = sold[["InvoiceNo", "StockCode", "InvoiceDate"]]
    elif name == "fimi_retail":
        lines = pd.read_parquet(folder / name / "retail.parquet")[["basket_id", "item"]]
    else:
        lines = pd.read_parquet(folder / name / f"{name}.parquet")[["transaction_id", "labels"]]
    lines = lines.dropna().set_axis(["basket", "item", "at"][: lines.shape[1]], axis=1)
    if "at" not in lines:
        minutes = pd.to_timedelta(pd.factorize(lines["basket"])[0], unit="min")
        lines = lines.assign(at=pd.Timestamp("2024-01-01") + minutes)
    first = lines.groupby("basket")["at"].transform("min")
    texts = {"basket": lines["basket"].astype(str), "item": lines["item"].astype(str)}
    return lines.assign(**texts, at=first).drop_duplicates(["basket", "item"])


SETS = ("groceries", "fimi_retail", "online_retail")


def shuffle_rows(bench: Bench) -> list[Row]:
    """Return in how many shuffles of each published set no rule is found."""
    folder = os.environ.get(FOLDER, "")
    shuffles = SHUFFLES_QUICKLY if bench.quick else SHUFFLES
    rows = []
    for name in SETS:
        title = f"baskets: shuffles of {name} without a rule, of {shuffles}"
        if not Path(folder, name).is_dir() or not folder:
            why = f"set {FOLDER} to the folder of the published data sets"
            rows.append(Row(title, None, "shuffles", f">= {shuffles - 1}", met=False, note=why))
            continue
        with bench.empty_folder(f"shuffles-{name}") as home:
            asked = {"folder": folder, "name": name, "shuffles": shuffles}
            found = run_child("_shuffles:count_rules", asked, home).answer
        deepest = f"{found['real']:,} rules in the real ones, sets of up to {found['deepest']}"
        rows.append(at_least(title, found["quiet"], "shuffles", shuffles - 1, note=deepest))
    return rows


def count_rules(
    folder: str, name: str, shuffles: int, told: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Return rules found in the real baskets, and in how many shuffles there were none."""
    lines = published(Path(folder), name)
    times = lines.groupby("basket")["at"].first()
    basket, item = baskets_of(lines[["basket", "item"]])
    at = times.loc[pd.unique(lines["basket"])].to_numpy()
    draw = np.random.default_rng(7)
    warehouse = open_warehouse(AppConfig.from_env())
    found = []
    try:
        real, deepest = _mined(warehouse, basket, item, at)
        for place in range(shuffles):
            basket, item = shuffled(basket, item, draw, _BETWEEN if place else _MIXED)
            found.append(_mined(warehouse, basket, item, at)[0])
            if told is not None:
                told(f"{name} {place + 1}: {found[-1]} rules")
    finally:
        warehouse.close()
    return {"real": real, "deepest": deepest, "quiet": found.count(0), "found": found}


def _mined(warehouse: Warehouse, basket: Ints, item: Ints, at: Any) -> tuple[int, int]:
    """Load baskets in the place of what is there; return their rules, and the largest sets."""
    table = pd.DataFrame(
        {
            "order_id": [f"b{one}" for one in basket], "ordered_at": at[basket],
            "product_id": [f"i{one}" for one in item], "quantity": 1.0, "unit_price": 1.0,
        }
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "baskets.parquet"
        table.to_parquet(path)
        load_file(warehouse, path, LoadOptions(replace=True))
    slots = {**_EVER.as_params(), "by_category": 0, "days": 0}
    mined = mine(warehouse, new_attempt(), slots, lambda *_: None)
    return len(mined.rules), max(level.size for level in mined.found.levels if len(level.sets))


def baskets_of(frame: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return basket and item of each line, numbered from 0, of a frame of two columns."""
    lines = frame.dropna().drop_duplicates()
    numbered = [pd.factorize(lines[name])[0].astype(np.int64) for name in lines.columns]
    return numbered[0], numbered[1]


def shuffled(basket: Ints, item: Ints, rng: np.random.Generator, rounds: int) -> tuple[Ints, Ints]:
    """
    Return the lines with items traded between baskets, every set of baskets equally likely.

    In each round baskets meet in pairs and deal out anew what only one of them has, which keeps
    the size of every basket and how many baskets hold each item (the global curveball:
    Carstens, Hamann, Meyer, Penschuck, Tran, Wagner 2018).
    """
    baskets, items = int(basket.max()) + 1, int(item.max()) + 1
    # Sorted by one number each: by two keys it would take five times as long.
    for _ in range(rounds):
        meets = np.empty(baskets, np.int64)
        meets[rng.permutation(baskets)] = np.arange(baskets) // 2
        pair = meets[basket]
        order = np.argsort(pair * items + item)
        same = (np.diff(pair[order]) == 0) & (np.diff(item[order]) == 0)
        both = np.append(False, same) | np.append(same, False)
        free = order[~both]
        places = free[np.argsort(pair[free] * baskets + basket[free])]
        dealt = free[np.argsort(pair[free] + rng.random(len(free)))]
        kept = order[both]
        basket, item = (
            np.concatenate([basket[kept], basket[places]]),
            np.concatenate([item[kept], item[dealt]]),
        )
    return basket, item
