"""A page of a table that a reader sorts and narrows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

LONGEST_PAGE = 500
_FURTHEST = 10_000_000
FilterT = TypeVar("FilterT")


@dataclass(frozen=True, slots=True)
class TablePage(Generic[FilterT]):
    """
    Which rows of a table are wanted; a table's own page names its columns.

    Attributes:
        start: How many are passed over.
        rows: How many are wanted, at most `LONGEST_PAGE`.
        sort: Column they are ordered by; equals by key, so that pages never overlap.
        descending: Whether the largest come first.
        filters: What columns are narrowed to; all must hold.

    Raises:
        ValueError: No such column, or a number out of bounds.
    """

    columns: ClassVar[Collection[str]] = ()
    most_filters: ClassVar[int] = 0

    start: int = 0
    rows: int = 100
    sort: str = ""
    descending: bool = True
    filters: tuple[FilterT, ...] = ()

    def __post_init__(self) -> None:
        if self.sort not in self.columns:
            raise ValueError(f"There is no column {self.sort[:40]!r}.")
        if not (0 <= self.start <= _FURTHEST and 1 <= self.rows <= LONGEST_PAGE):
            raise ValueError(f"A page has 1 to {LONGEST_PAGE} rows.")
        if len(self.filters) > self.most_filters:
            raise ValueError(f"At most {self.most_filters} columns can be narrowed at once.")
