"""
A ClickHouse server for the tests: the embedded engine behind ClickHouse's HTTP interface.

    python tests/clickhouse_http.py DATA_DIR PORT [USER PASSWORD]

It answers what clickhouse-connect asks: statements in the address or the body,
`param_*` values, settings, `database`, formats, inserts with their data in the
body, compression both ways, the X-ClickHouse headers and exception codes.
Query ids are told back but not known to the engine.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
import tempfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import brotli
import chdb
import lz4.frame
from backports import zstd

# Of the HTTP interface itself; everything else in an address is a setting of the engine.
_NOT_SETTINGS = {
    *("query", "database", "default_format", "query_id", "user", "password", "session_id"),
    *("session_timeout", "session_check", "quota_key", "compress", "decompress", "buffer_size"),
    *("wait_end_of_query", "client_protocol_version", "enable_http_compression", "role"),
    *("send_progress_in_http_headers", "http_headers_progress_interval_ms"),
    # Of a real server's connections, which the engine here does not have.
    *("cancel_http_readonly_queries_on_client_close", "http_connection_timeout"),
}
_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_INSERT = re.compile(
    rb"\A\s*(INSERT\s+INTO\s.*?)(\sSETTINGS\s.*?)?\s+FORMAT\s+(\w+)[ \t]*(?:\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_INPUT = re.compile(r"\binput\(\s*('(?:[^'\\]|\\.|'')*')\s*\)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"Code: (\d+)")
_UNPACK = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "lz4": lz4.frame.decompress,
    "zstd": zstd.decompress,
    "br": brotli.decompress,
}


class Refused(Exception):
    """What the server answers with an exception code."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(f"Code: {code}. DB::Exception: {text}")


class Front(BaseHTTPRequestHandler):
    """One connection; `server.address` says where the engine's files are."""

    protocol_version = "HTTP/1.1"
    server: FrontServer

    def do_GET(self) -> None:
        """Answer /ping, or a statement in the address."""
        if urlsplit(self.path).path == "/ping":
            self._send(200, b"Ok.\n", {})
        else:
            self._answer()

    def do_POST(self) -> None:
        """Answer a statement."""
        self._answer()

    def _answer(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        headers = {
            "X-ClickHouse-Query-Id": asked.get("query_id", ""),
            "X-ClickHouse-Server-Display-Name": "front",
            "X-ClickHouse-Timezone": "UTC",
        }
        body = self._body()
        try:
            self._check_user(asked)
            form, data, read = self._run(asked, body)
        except Exception as error:
            text = str(error)
            text = text[text.find("Code: ") :] if "Code: " in text else f"Code: 1002. {text}"
            found = _CODE.search(text)
            headers["X-ClickHouse-Exception-Code"] = found[1] if found else "1002"
            status = {"516": 401, "60": 404, "81": 404}.get(found[1] if found else "", 500)
            self._send(status, f"{text} (version 26.9 (front))\n".encode(), headers)
            return
        headers["X-ClickHouse-Format"] = form
        headers["X-ClickHouse-Summary"] = json.dumps({"read_rows": "0", "written_rows": str(read)})
        packed = asked.get("enable_http_compression") == "1"
        if packed and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data, 1)
            headers["Content-Encoding"] = "gzip"
        self._send(200, data, headers)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _UNPACK.get(self.headers.get("Content-Encoding", ""), bytes)(body)

    def _check_user(self, asked: dict[str, str]) -> None:
        if not self.server.user:
            return
        word = self.headers.get("Authorization", "").removeprefix("Basic ")
        given = base64.b64decode(word).decode() if word else ""
        given = given or f"{asked.get('user', '')}:{asked.get('password', '')}"
        if given != f"{self.server.user}:{self.server.password}":
            raise Refused(516, "default: Authentication failed (AUTHENTICATION_FAILED)")

    def _run(self, asked: dict[str, str], body: bytes) -> tuple[str, bytes, int]:
        query = asked.get("query", "").encode()
        statement = b"\n".join(part for part in (query, body) if part)
        form = asked.get("default_format") or self.headers.get("X-ClickHouse-Format", "")
        params = {key[6:]: value for key, value in asked.items() if key.startswith("param_")}
        connection = chdb.connect(self.server.address)  # settings last as long as it does
        try:
            for key, value in asked.items():
                if key not in _NOT_SETTINGS and not key.startswith("param_"):
                    connection.query(f"SET {key} = {_quoted(value)}", "TabSeparated")
            if asked.get("database"):
                connection.query(f"USE `{asked['database']}`", "TabSeparated")
            insert = _INSERT.match(statement)
            if insert and statement[insert.end() :].strip(b"\n"):
                return "", b"", self._insert(connection, insert, statement[insert.end() :], params)
            if found := _FORMAT.search(statement):
                form, statement = found[1].decode(), statement[: found.start()]
            result = connection.query(statement.decode(), form or "TabSeparated", params=params)
            return form or "TabSeparated", bytes(result.bytes() or b""), 0
        finally:
            connection.close()

    def _insert(
        self, connection: Any, insert: re.Match[bytes], data: bytes, params: dict[str, str]
    ) -> int:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            head, clause = insert[1].decode(), (insert[2] or b"").decode()
            form, place = insert[3].decode(), _quoted(file.name)
            if _INPUT.search(head):
                table = f"file({place}, '{form}', "
                sql = _INPUT.sub(lambda found: f"{table}{found[1]})", head) + clause
            else:
                sql = f"{head} FROM INFILE {place}{clause} FORMAT {form}"
            connection.query(sql, "TabSeparated", params=params)
        return data.count(b"\n")

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing; the tests read the application's log."""


class FrontServer(ThreadingHTTPServer):
    """The server, and what it needs to know."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path, port: int, user: str = "", password: str = "") -> None:
        self.address = str(folder.resolve())
        self.user, self.password = user, password
        self.held = chdb.connect(self.address)  # keeps the engine open between requests
        super().__init__(("127.0.0.1", port), Front)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


if __name__ == "__main__":
    place, number, *account = sys.argv[1:]
    FrontServer(Path(place), int(number), *account).serve_forever()
