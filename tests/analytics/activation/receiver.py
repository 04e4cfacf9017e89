"""A webhook's receiver for tests: answers as told, and keeps what it was sent."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """
    What arrived, and what to answer.

    Attributes:
        answers: (status, headers) of the next answers, in order; 200 when used up.
            A status of 0 closes the connection without an answer.
        posts: (path, headers, body) of every post.
        on_post: Called when a post has come, before it is answered.
        port: Where it listens.
    """

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    on_post: Callable[[], object] = lambda: None
    port: int = 0
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, posts: int) -> None:
        """Wait until so many posts have come."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.posts) >= posts, timeout=60)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook?token=abc"

    @property
    def keys(self) -> list[str]:
        """The idempotency keys, as they came."""
        return [headers["Idempotency-Key"] for _, headers, _ in self.posts]

    def genuine(self, secret: str) -> bool:
        """Return whether something came and all of it was signed with a secret."""
        return bool(self.posts) and all(
            hmac.compare_digest(
                headers["X-Clientele-Signature"],
                "sha256="
                + hmac.new(
                    secret.encode(),
                    headers["X-Clientele-Timestamp"].encode() + b"." + body,
                    hashlib.sha256,
                ).hexdigest(),
            )
            for _, headers, body in self.posts
        )


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    """Serve on a loopback port until left."""
    held = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with held.arrived:
                held.posts.append((self.path, dict(self.headers), body))
                held.arrived.notify_all()
            held.on_post()
            status, headers = held.answers.pop(0) if held.answers else (200, {})
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    held.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
