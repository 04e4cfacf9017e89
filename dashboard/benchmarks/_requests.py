"""How many requests a second a server answers; runs in a child process."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

_CONNECTIONS = 8


def requests_per_second(port: int, path: str, body: str, seconds: float) -> float:
    """Return how often one request is answered, over connections that stay open."""
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        counts = pool.map(lambda _: _repeat(port, path, body, until), range(_CONNECTIONS))
        return sum(counts) / seconds


def _repeat(port: int, path: str, body: str, until: float) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "br, gzip"}
    answered = 0
    try:
        while time.perf_counter() < until:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            answered += 1
    finally:
        connection.close()
    return answered
