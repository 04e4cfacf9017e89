"""
What the server refuses, and the headers every answer carries.

There is no sign-in yet, so a page of another site must not be able to speak to
a server on the reader's machine: neither by its name (DNS rebinding: the Host
header is checked) nor by posting to it (the origin is checked).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from dash import Dash
from flask import Response, abort, request

from dashboard.config import AppConfig, is_loopback
from dashboard.page import script_hash
from dashboard.static import DEPENDENCIES

_SAFE = {"GET", "HEAD", "OPTIONS"}
_CALLBACKS = "/_dash-update-component"
_FRESH = ("/_dash-", "/healthz", "/readyz")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LARGEST_REQUEST = 4 * 2**20  # bytes


def guard(app: Dash, config: AppConfig, head: str) -> None:
    """
    Put the checks in front of every request, and the headers on every answer.

    Args:
        app: With all its callbacks registered: its inline scripts are allowed by hash.
        config: Whether only this machine is served.
        head: Our inline script in the page's head.
    """
    policy = content_policy([*app.csp_hashes(), script_hash(head)])
    server = app.server
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST

    def refuse() -> None:
        if config.loopback and not is_loopback(hostname(request.host)):
            abort(421, f"This server answers at {config.url} only.")
        if request.method not in _SAFE and not from_us():
            abort(403, "Another site may not write here.")
        if request.path == _CALLBACKS and not readable(request.get_json(silent=True), app):
            abort(400, "That is no question of this page. Reload it.")

    def headers(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = policy
            response.headers["Cache-Control"] = "no-cache"
        if request.path == DEPENDENCIES:
            response.headers["Cache-Control"] = "no-cache"
        elif request.path.startswith(_FRESH) and not request.path.startswith("/_dash-component"):
            response.headers["Cache-Control"] = "no-store"
        return response

    server.before_request(refuse)
    server.after_request(headers)


def content_policy(hashes: list[str]) -> str:
    """Return the Content-Security-Policy: our own files and these inline scripts, no eval."""
    scripts = " ".join(dict.fromkeys(hashes))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def hostname(host: str) -> str:
    """Return the name in a Host header, without port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def from_us() -> bool:
    """Return whether a writing request comes from one of our pages, or from no page at all."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def readable(body: Any, app: Dash) -> bool:
    """Return whether the body of a callback request is one that our page could have sent."""
    if not isinstance(body, dict):
        return False
    output = body.get("output")
    if not isinstance(output, str) or output not in app.callback_map:
        return False
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(prop, str) for prop in changed):
        return False
    parts = [body.get("inputs", []), body.get("state", [])]
    return all(isinstance(part, list) and all(map(_dependency, part)) for part in parts)


def _dependency(part: Any) -> bool:
    if isinstance(part, list):
        return all(map(_dependency, part))
    return isinstance(part, dict) and "property" in part and isinstance(part.get("id"), str | dict)
