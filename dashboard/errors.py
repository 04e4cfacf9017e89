"""
The last resort for errors nobody expected.

The reader sees a sentence with a reference; the log has the same reference and
the trace. Neither a page nor a callback ever shows a stack trace.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from dash import ctx, no_update, set_props
from flask import Flask, Response, g, has_request_context
from werkzeug.exceptions import HTTPException

from layouts.ids import Shell

log = logging.getLogger("clientele.errors")


def reference() -> str:
    """Return this request's reference, made when first asked for."""
    if not has_request_context():
        return secrets.token_hex(4)
    if "reference" not in g:
        g.reference = secrets.token_hex(4)
    return str(g.reference)


def tell_unexpected(error: Exception) -> Any:
    """
    Log what a callback raised, and show its reader a notice with the reference.

    Returns:
        What the callback returns instead: no change of any of its outputs.
    """
    name = reference()
    log.error("callback failed", exc_info=error, extra={"fields": {"reference": name}})
    notice = {
        "kind": "danger",
        "head": "Something went wrong",
        "body": "This part of the page could not be updated. Try again; if it stays so, give "
        f"the reference {name} to whoever runs this server.",
    }
    set_props(Shell.NOTICE, {"data": notice})
    return _unchanged(ctx.outputs_list)


def _unchanged(outputs: Any) -> Any:
    return [_unchanged(one) for one in outputs] if isinstance(outputs, list) else no_update


def handle_errors(server: Flask) -> None:
    """Answer failed requests in a sentence."""

    def refused(error: HTTPException) -> Response:
        text = f"{error.description or error.name}\n"
        answer = Response(text, status=error.code, mimetype="text/plain")
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                answer.headers[name] = value
        return answer

    def failed(error: Exception) -> Response:
        name = reference()
        log.error("request failed", exc_info=error, extra={"fields": {"reference": name}})
        text = f"Something went wrong. The log of the server has it under {name}.\n"
        return Response(text, status=500, mimetype="text/plain")

    server.register_error_handler(HTTPException, refused)
    server.register_error_handler(Exception, failed)
