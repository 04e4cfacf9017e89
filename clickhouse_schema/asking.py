"""
Who a query is for, so that it can be stopped when nobody waits for it.

A callback says whom it serves with `with asking(Asking(reader, view, number))`;
everything it runs inside carries that tag. A larger number from the same reader
for the same view means that the smaller one is no longer of interest.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock

from clickhouse_schema.errors import QueryCancelled

_WORD = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")


@dataclass(slots=True)
class Asking:
    """
    One question of one reader.

    Attributes:
        reader: One open page, named by the browser; letters, digits, - and _.
        view: The part of the page that waits.
        number: Rises with each question of that reader for that view.
        dropped: Whether the reader has moved on.
        first: Whether this process has heard no question of that reader for that view before.

    Raises:
        ValueError: A word has other characters; it would become part of SQL.
    """

    reader: str
    view: str
    number: int
    dropped: bool = field(default=False)
    first: bool = field(default=False)

    def __post_init__(self) -> None:
        for word in (self.reader, self.view):
            if not _WORD.match(word):
                raise ValueError(f"not a plain word: {word!r}")

    @property
    def tag(self) -> str:
        """How a running statement is marked."""
        return f"reader={self.reader} view={self.view} number={int(self.number)}"

    @property
    def number_pattern(self) -> str:
        """Regular expression whose group is the number of this reader's statements here."""
        return f" reader={self.reader} view={self.view} number=([0-9]+)$"

    def check(self) -> None:
        """
        Stop here if the reader has moved on.

        Raises:
            QueryCancelled: It has.
        """
        if self.dropped:
            raise QueryCancelled("The question was replaced by a newer one.")


_MOST_REMEMBERED = 4096
_newest: OrderedDict[tuple[str, str], Asking] = OrderedDict()
_guard = Lock()
_current: ContextVar[Asking | None] = ContextVar("asking", default=None)


def current_asking() -> Asking | None:
    """Return whom this thread serves; None outside of a reader's question."""
    return _current.get()


@contextmanager
def asking(question: Asking | None) -> Iterator[None]:
    """Mark everything run inside as done for this question, and drop the reader's older ones."""
    if question is not None:
        _drop_older(question)
    token = _current.set(question)
    try:
        yield
    finally:
        _current.reset(token)


def _drop_older(question: Asking) -> None:
    key = (question.reader, question.view)
    with _guard:
        newest = _newest.pop(key, None)
        question.first = newest is None
        if newest is not None and newest.number > question.number:
            question.dropped = True
            _newest[key] = newest
            return
        if newest is not None and newest.number < question.number:
            newest.dropped = True
        _newest[key] = question
        while len(_newest) > _MOST_REMEMBERED:
            _newest.popitem(last=False)


_job: ContextVar[str] = ContextVar("job", default="")


@contextmanager
def working(job_id: str) -> Iterator[None]:
    """
    Mark every statement run inside as this job's, so that `cancel_job` finds it.

    Raises:
        ValueError: The id has other characters than a plain word; it becomes part of SQL.
    """
    if not _WORD.match(job_id):
        raise ValueError(f"not a plain word: {job_id!r}")
    token = _job.set(job_id)
    try:
        yield
    finally:
        _job.reset(token)


def current_tag() -> str:
    """Return how a statement is marked beside its name; empty outside of questions and jobs."""
    question = _current.get()
    if question is not None:
        return question.tag
    return f"job={_job.get()}" if _job.get() else ""
