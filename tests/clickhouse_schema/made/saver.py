"""
A process that saves: `python -m tests.clickhouse_schema.made.saver URL ID NAME SAVES`.

It waits for a line on its input, then saves again and again from the newest
version it has read, and prints what became of each save as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import NameTaken, SaveConflict
from clickhouse_schema.home import Home
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.store import create, save
from clickhouse_schema.made.things import Author, Kind

KIND = Kind("segment", "segment")


def main(url: str, id_: str, name: str, saves: int) -> None:
    """Save as the arguments say."""
    warehouse = Warehouse.open(Home.of(url, Path()))
    told: list[list[object]] = []
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for number in range(saves):
        before = current(warehouse, KIND, id_)
        try:
            made = save(
                warehouse, KIND, id_, made_from=before.version, author=Author(name),
                body={"by": name, "number": number},
            )  # fmt: skip
            told.append(["held", made.version, made.revision])
        except SaveConflict as conflict:
            told.append(["aside", conflict.kept.version, conflict.kept.revision])
    try:
        create(warehouse, KIND, name="One name", body={}, author=Author(name))
        told.append(["named", 0, name])
    except NameTaken:
        told.append(["taken", 0, name])
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
