"""A page's part has one query in the engine, however fast its reader edits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

import pytest

from clickhouse_schema.asking import Asking
from clickhouse_schema.client import Warehouse, run_statement
from clickhouse_schema.errors import QueryCancelled
from clickhouse_schema.turns import in_turn

_ENDLESS = "SELECT sum(cityHash64(number, number)) AS n FROM numbers(100000000000)"
_SHORT = "SELECT sum(cityHash64(number, number)) AS n FROM numbers(20000000)"


class _Counter:
    """How many are inside at once, and the most there ever were."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._guard = Lock()

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._guard:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            yield
        finally:
            with self._guard:
                self.inside -= 1


def _running(warehouse: Warehouse) -> int:
    return int(
        warehouse.rows(
            "SELECT count() FROM system.processes"
            " WHERE Settings['log_comment'] LIKE '%reader=turns%'"
        )[0][0]
    )


def test_ten_edits_leave_one_query(warehouse: Warehouse) -> None:
    """Each edit would run for minutes; the last one alone is left, and ends with the next."""
    counter = _Counter()

    def edit(number: int) -> str:
        try:
            with in_turn(warehouse, Asking("turns", "builder", number)), counter.counted():
                run_statement(
                    warehouse, "turns", _ENDLESS if number < 11 else _SHORT, {}, {"n": "uint64"}
                )
        except QueryCancelled:
            return "replaced"
        return "answered"

    with ThreadPoolExecutor(11) as pool:
        edits = []
        for number in range(1, 11):
            edits.append(pool.submit(edit, number))
            time.sleep(0.02)
        while not all(one.done() for one in edits[:9]):
            time.sleep(0.02)
        left = _running(warehouse)
        edits.append(pool.submit(edit, 11))
        said = [one.result() for one in edits]

    assert left <= 1
    assert said == ["replaced"] * 10 + ["answered"]
    assert counter.most == 1


def test_what_follows_one_answer_takes_turns(warehouse: Warehouse) -> None:
    """Parts of the same number all answer, one after the other; others' questions do not wait."""
    counter, others = _Counter(), _Counter()

    def part(reader: str, counter: _Counter) -> None:
        with in_turn(warehouse, Asking(reader, "builder", 20)), counter.counted():
            run_statement(warehouse, "turns", _SHORT, {}, {"n": "uint64"})

    with ThreadPoolExecutor(4) as pool:
        parts = [pool.submit(part, "turns", counter) for _ in range(3)]
        with in_turn(warehouse, Asking("another", "builder", 20)), others.counted():
            assert others.most == 1
        for one in parts:
            one.result()

    assert counter.most == 1


def test_an_older_question_has_no_turn(warehouse: Warehouse) -> None:
    """What arrives after a newer one is dropped before it asks; no question takes no turn."""
    with in_turn(warehouse, Asking("turns", "late", 2)):
        pass
    with pytest.raises(QueryCancelled), in_turn(warehouse, Asking("turns", "late", 1)):
        raise AssertionError("it had a turn")
    with in_turn(warehouse, None), in_turn(warehouse, None):
        pass
