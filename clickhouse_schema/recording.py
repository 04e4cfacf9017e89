"""
What was asked of the warehouse to make a number, so that the reader can see it.

`with recording() as statements:` collects every statement `run_query` runs
inside, in this thread. An answer that is remembered keeps its statements and
hands them to `replay` when it is used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement that was run.

    Attributes:
        name: Of its `.sql` file.
        sql: Its text, with `{name:Type}` slots.
        values: What was bound to them: (name, value as text), in order.
    """

    name: str
    sql: str
    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, sql: str, params: Mapping[str, Any]) -> Statement:
        """Return the record of `sql` run with `params`; long lists are cut short."""
        bound = [(key, in_words(value)) for key, value in params.items() if f"{{{key}:" in sql]
        return cls(name, sql, tuple(bound))

    @property
    def text(self) -> str:
        """The statement with the values it was run with listed below."""
        return "\n".join([self.sql, "", *(f"-- {key} = {value}" for key, value in self.values)])


def in_words(value: Any) -> str:
    """Return a bound value as text; of a long list its beginning and length."""
    if isinstance(value, list | tuple):
        shown = ", ".join(repr(item) for item in value[:_MOST_VALUES])
        rest = f", ... {len(value)} in all" if len(value) > _MOST_VALUES else ""
        return f"[{shown}{rest}]"
    return str(value).replace("\n", " ")


_held: ContextVar[list[Statement] | None] = ContextVar("recording", default=None)


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Collect what is run inside; inside another recording, only the inner one hears it."""
    heard: list[Statement] = []
    token = _held.set(heard)
    try:
        yield heard
    finally:
        _held.reset(token)


def replay(statements: Iterable[Statement]) -> None:
    """Tell the recording of this thread, if there is one, of statements; each only once."""
    held = _held.get()
    if held is not None:
        held.extend(statement for statement in statements if statement not in held)
