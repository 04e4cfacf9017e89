"""
Static files: compressed once, versioned, kept by the browser for a year.

Dash serves its own bundles and our assets; what it answers first is kept here
with its brotli and gzip forms and answered from memory from then on. Bootstrap
and plotly.js are served from the packages that bring them, under `/static/`.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import mimetypes
import re
import threading
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import brotli
from dash.fingerprint import check_fingerprint
from flask import Blueprint, Flask, Response, abort, g, request

YEAR = "public, max-age=31536000, immutable"
_PREFIXES = ("/_dash-component-suites/", "/assets/", "/static/", "/_favicon.ico")
DEPENDENCIES = "/_dash-dependencies"  # which callbacks there are: the same for every reader
_SMALLEST = 700  # bytes; below, compressing costs more than it saves
_TEXTUAL = ("text/", "application/json", "application/javascript", "image/svg+xml")
_BUILT = Path("static") / "plotly.min.js"


@dataclass(slots=True)
class Kept:
    """One file and its compressed forms, each made when first asked for."""

    body: bytes
    mimetype: str
    etag: str = ""
    forms: dict[str, bytes] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.etag = hashlib.sha256(self.body).hexdigest()[:20]

    def form(self, encoding: str) -> bytes:
        """Return the bytes in this encoding, computed once."""
        with self.guard:
            if encoding not in self.forms:
                self.forms[encoding] = compress(self.body, encoding, brotli_level=6)
            return self.forms[encoding]


def compress(body: bytes, encoding: str, *, brotli_level: int = 4) -> bytes:
    """Return `body` in an encoding, `br` or `gzip`."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=brotli_level))
    return gzip.compress(body, compresslevel=6, mtime=0)


def chosen_encoding(mimetype: str, size: int) -> str:
    """Return `br`, `gzip` or, when it would not pay or is not accepted, an empty text."""
    if size < _SMALLEST or not mimetype.startswith(_TEXTUAL):
        return ""
    return request.accept_encodings.best_match(["br", "gzip"]) or ""


class StaticFiles:
    """
    The files under `/static/` and where each comes from.

    Attributes:
        plotly: plotly.js to serve: the smaller one that `script/assets` made
            for the installed version, else the installed package's own.
    """

    def __init__(self, data_dir: Path) -> None:
        self.plotly = find_plotly(data_dir)
        self._plotly_version = hashlib.sha256(self.plotly.read_bytes()).hexdigest()[:12]
        self._bootstrap = package_folder("flask_bootstrap") / "static" / "bootstrap5" / "css"
        self._bootstrap_version = importlib.metadata.version("Bootstrap-Flask").replace(".", "-")

    @property
    def plotly_url(self) -> str:
        """Address of plotly.js, with its fingerprint."""
        return f"/static/{self._plotly_version}/plotly.min.js"

    @property
    def stylesheets(self) -> list[str]:
        """Addresses of Bootstrap's and its icons' styles."""
        root = f"/static/{self._bootstrap_version}/bootstrap"
        return [f"{root}/bootstrap.min.css", f"{root}/font/bootstrap-icons.min.css"]

    def find(self, version: str, path: str) -> Path | None:
        """Return the file behind an address; None if there is none."""
        if version == self._plotly_version and path == "plotly.min.js":
            return self.plotly
        head, _, rest = path.partition("/")
        parts = PurePosixPath(rest).parts
        if version != self._bootstrap_version or head != "bootstrap" or ".." in parts:
            return None
        file = self._bootstrap.joinpath(*parts)
        return file if parts and file.is_file() else None


def package_folder(name: str) -> Path:
    """Return an installed package's folder without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


def find_plotly(data_dir: Path) -> Path:
    """Return the built plotly.js if it fits the installed version, else the package's."""
    stock = package_folder("plotly") / "package_data" / "plotly.min.js"
    for folder in (data_dir, Path(__file__).parents[1] / "build"):
        built = folder / _BUILT
        if built.is_file() and plotly_version(built) == plotly_version(stock):
            return built
    return stock


def plotly_version(file: Path) -> str:
    """Return the version that plotly.js's banner names, such as `4.1.1`."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        found = re.search(r"plotly\.js v(\d+(?:\.\d+)*)", lines.read(400))
    return found[1] if found else ""


def serve_static(server: Flask, files: StaticFiles) -> None:
    """Answer `/static/`, and keep and compress what Dash serves of its own."""
    kept: dict[str, Kept] = {}
    pages = Blueprint("static_files", __name__)

    @pages.get("/static/<version>/<path:path>")
    def static_file(version: str, path: str) -> Response:
        file = files.find(version, path)
        if file is None:
            abort(404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Response(file.read_bytes(), mimetype=kind)

    def from_memory() -> Response | None:
        found = kept.get(_key()) if request.method in {"GET", "HEAD"} else None
        g.from_memory = found is not None
        return None if found is None else _answer(found)

    def keep(response: Response) -> Response:
        if g.get("from_memory"):
            return response
        if not request.path.startswith(_PREFIXES):
            return _known_or_not(_compressed(response))
        if request.method != "GET" or response.status_code != 200:
            return response
        response.direct_passthrough = False
        kept[_key()] = Kept(response.get_data(), response.mimetype or "")
        response.close()
        return _answer(kept[_key()])

    server.register_blueprint(pages)
    server.before_request(from_memory)
    server.after_request(keep)


def _key() -> str:
    return _plain_path(request.path)[0]


def _plain_path(path: str) -> tuple[str, bool]:
    """Return a path without Dash's fingerprint, and whether it had one."""
    plain, had = check_fingerprint(path)  # type: ignore[no-untyped-call]
    return str(plain), bool(had)


def _answer(kept: Kept) -> Response:
    encoding = chosen_encoding(kept.mimetype, len(kept.body))
    body = kept.form(encoding) if encoding else kept.body
    response = Response(body, mimetype=kept.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{kept.etag}-{encoding or 'plain'}")
    response.headers["Cache-Control"] = YEAR if _versioned() else "no-cache"
    response.make_conditional(request)
    return response


def _versioned() -> bool:
    """Return whether the address changes with the file."""
    path = request.path
    named = "m" in request.args or "v" in request.args
    return path.startswith("/static/") or named or _plain_path(path)[1]


def _known_or_not(response: Response) -> Response:
    """Answer that a browser's copy of the callbacks is still right: each visit asks for them."""
    if request.path == DEPENDENCIES and request.method == "GET" and response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def _compressed(response: Response) -> Response:
    if (
        response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
    ):
        return response
    body = response.get_data()
    encoding = chosen_encoding(response.mimetype or "", len(body))
    if encoding:
        response.set_data(compress(body, encoding))
        response.headers["Content-Encoding"] = encoding
    response.headers.add("Vary", "Accept-Encoding")
    return response
