"""Who asks, as the browser says it: so that a newer question of the same page ends the older."""

from __future__ import annotations

from typing import Any

from clickhouse_schema.asking import Asking

_LARGEST = 2**53  # whole numbers of a browser


def asking_of(raw: Any, view: str) -> Asking | None:
    """
    Return who asks; None if the browser did not say so properly.

    Args:
        raw: What the browser sent: `reader` and `number`.
        view: The part of the page that asks. One for all that follows from the same entry:
            whatever runs for what it was before an edit is dropped by the edit.
    """
    held = raw if isinstance(raw, dict) else {}
    reader, number = held.get("reader"), held.get("number")
    if not isinstance(reader, str) or type(number) is not int or not 0 <= number < _LARGEST:
        return None
    try:
        return Asking(reader, view, number)
    except ValueError:
        return None
