"""
Answers that are remembered, and computed once however many readers ask at once.

The key of an answer is what was asked and the data version, so a finished load
makes every older answer unreachable without anything being cleared.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any, TypeVar

from flask_caching import Cache
from redis.exceptions import RedisError

from analytics.reports._warehouse import warehouse
from clickhouse_schema.asking import current_asking
from clickhouse_schema.ending import cancel_older
from clickhouse_schema.errors import QueryCancelled
from clickhouse_schema.queries.loads import data_version
from clickhouse_schema.recording import recording

Answer = TypeVar("Answer")
cache = Cache()
log = logging.getLogger("clientele.cache")
_VERSION_SECONDS = 1.0
_running: dict[str, threading.Event] = {}
_guard = threading.Lock()
_MOST_BULKY = 12
_bulky: OrderedDict[str, Any] = OrderedDict()  # answers too large to be packed, the newest last
_version: list[float] = [0, -_VERSION_SECONDS]  # data version, when it was read


def current_version() -> int:
    """Return the data version, read from the warehouse at most once a second."""
    now = time.monotonic()
    if now - _version[1] >= _VERSION_SECONDS:
        with recording():  # no view is made of it: kept from what a view says it ran
            _version[0] = data_version(warehouse())
        _version[1] = now
    return int(_version[0])


def forget_version() -> None:
    """Read the data version anew at the next question; a load has just finished."""
    _version[1] = -_VERSION_SECONDS


def answer_key(name: str, asked: Mapping[str, Any], version: int) -> str:
    """Return the same key for the same question, whatever the order of its parts."""
    plain = {key: asdict(value) if is_dataclass(value) else value for key, value in asked.items()}  # type: ignore[arg-type]
    text = json.dumps([name, version, plain], sort_keys=True, default=str)
    return f"{name}:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class _Here:
    """Stands in the cache for an answer that this process holds as it is."""


def remembered(
    name: str, asked: Mapping[str, Any], compute: Callable[[], Answer], *, bulky: bool = False
) -> Answer:
    """
    Return the remembered answer, or compute it; one computation per key at a time.

    Args:
        name: Which answer; part of the key and of the log line.
        asked: Everything the answer depends on besides the data: frozen
            dataclasses, strings, numbers, lists of them.
        compute: Makes the answer; it must be picklable. None is not remembered.
        bulky: It has a number for every product or the like: the newest few are
            held in this process as they are, shared by all who ask, so nobody may
            change one; another process computes its own.

    Raises:
        QueryCancelled: The reader moved on while it was computed.
    """
    key = answer_key(name, asked, current_version())
    while True:
        found: Answer | None = _kept(key)
        if found is not None:
            log.info("answer", extra={"fields": {"tag": name, "cache": "hit"}})
            return found
        with _guard:
            event = _running.get(key)
            mine = event is None
            if event is None:
                event = _running[key] = threading.Event()
        if not mine:
            event.wait()
            _check_reader()
            continue
        try:
            return _compute(name, key, compute, bulky)
        except QueryCancelled:
            _check_reader()
            raise
        finally:
            with _guard:
                del _running[key]
            event.set()


def already(name: str, asked: Mapping[str, Any]) -> Any:
    """Return the remembered answer of `remembered`; None when there is none, without computing."""
    return _kept(answer_key(name, asked, current_version()))


def _kept(key: str) -> Any:
    """Return what is remembered; None, and a line in the log, when Redis is away."""
    try:
        found = cache.get(key)
    except RedisError as error:
        log.warning("cache away", extra={"fields": {"cause": type(error).__name__}})
        return None
    if not isinstance(found, _Here):
        return found
    with _guard:
        if key in _bulky:
            _bulky.move_to_end(key)
        return _bulky.get(key)


def _keep(key: str, answer: Any, bulky: bool) -> None:
    if bulky:
        with _guard:
            _bulky[key] = answer
            while len(_bulky) > _MOST_BULKY:
                _bulky.popitem(last=False)
    try:
        cache.set(key, _Here() if bulky else answer)
    except RedisError as error:
        log.warning("cache away", extra={"fields": {"cause": type(error).__name__}})


def _compute(name: str, key: str, compute: Callable[[], Answer], bulky: bool) -> Answer:
    asking = current_asking()
    if asking is not None:
        asking.check()
        cancel_older(warehouse(), asking)
    started = time.perf_counter()
    answer = compute()
    _keep(key, answer, bulky)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    log.info("answer", extra={"fields": {"tag": name, "cache": "miss", "ms": milliseconds}})
    return answer


def _check_reader() -> None:
    asking = current_asking()
    if asking is not None:
        asking.check()
