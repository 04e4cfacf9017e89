"""
One query of a page's part at a time: the newest question waits for the older one to be ended.

Asking alone drops what a newer question replaces. What one answer is followed by
(spreads, members, why) asks with the same number, and would run beside one another;
here they take turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from clickhouse_schema.asking import Asking, asking
from clickhouse_schema.client import Warehouse
from clickhouse_schema.ending import cancel_older

_LOOK_EVERY = 0.05  # seconds; somebody who was replaced while waiting gives up by then
_turn = Condition()
_busy: set[tuple[str, str]] = set()


@contextmanager
def in_turn(warehouse: Warehouse, question: Asking | None) -> Iterator[None]:
    """
    Run what is inside for a question, while nothing else of its reader's view runs.

    Older questions are dropped and their statements ended, also when the answer to
    this one needs no statement. Those of the same number wait for one another. The
    turns are of this process; between processes only the dropping holds.

    Args:
        warehouse: Where the statements run.
        question: Who asks; None takes no turn.

    Raises:
        QueryCancelled: A newer question came, before or while this one had its turn.
        WarehouseError: ClickHouse could not be reached.
    """
    with asking(question):
        if question is None:
            yield
            return
        question.check()
        cancel_older(warehouse, question)
        _take(question)
        try:
            yield
        finally:
            _give_back(question)


def _take(question: Asking) -> None:
    key = (question.reader, question.view)
    with _turn:
        while key in _busy:
            question.check()
            _turn.wait(_LOOK_EVERY)
        question.check()
        _busy.add(key)


def _give_back(question: Asking) -> None:
    with _turn:
        _busy.discard((question.reader, question.view))
        _turn.notify_all()
