"""Errors become words for the reader and a log line with the same reference."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from dash import set_props

from layouts.ids import Shell

log = logging.getLogger("clientele.reader")


def notify(body: str, *, head: str = "Note", kind: str = "info") -> None:
    """
    Show a toast to the reader this callback serves.

    Args:
        body: The sentence.
        head: The line above it.
        kind: `info`, `warning` or `danger`.
    """
    set_props(Shell.NOTICE, {"data": {"head": head, "body": body, "kind": kind}})


def tell_failure(view: str, error: Exception) -> dict[str, Any]:
    """
    Log a known error under a new reference and tell the reader both.

    Returns:
        A view that says so in the place of the answer.
    """
    reference = secrets.token_hex(3)
    log.warning(
        "view failed",
        extra={"fields": {"view": view, "reference": reference, "error": str(error)}},
    )
    notify(f"{error} Reference {reference}.", head="This view could not be computed", kind="danger")
    return {"failed": f"{error} Reference {reference}."}
