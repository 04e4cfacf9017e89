"""One log line per request: what was asked, how it ended, how long it took."""

from __future__ import annotations

import logging
import re
import time

from flask import Flask, Response, g, request

from dashboard.errors import reference

log = logging.getLogger("clientele.request")
_LONGEST_TAG = 200


def log_requests(server: Flask) -> None:
    """Log every request; never its query string, which may hold names of customers."""

    def start() -> None:
        g.started = time.perf_counter()

    def end(response: Response) -> Response:
        started = g.get("started", time.perf_counter())
        fields = {
            "method": request.method,
            "tag": request_tag(),
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "bytes": response.content_length if response.content_length is not None else -1,
            "reference": reference(),
        }
        log.info("request", extra={"fields": fields})
        return response

    server.before_request(start)
    server.after_request(end)


def request_tag() -> str:
    """Return the path, or for a callback what it updates."""
    if request.path != "/_dash-update-component":
        return request.path[:_LONGEST_TAG]
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    plain = re.sub(r"[^\w.@\-:{}\",\[\]]", "", str(output))
    return f"callback {plain}"[:_LONGEST_TAG]
