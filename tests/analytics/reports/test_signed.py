"""A Redis that others write to cannot make us read what we did not put there."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask_caching import Cache

from analytics.reports._signed import SECRET, SignedRedisCache
from dashboard.app import cache_options
from dashboard.config import AppConfig

ANSWER = {"figure": [1.5, None], "words": "ö"}


def opened(redis_url: str, folder: Path, secret: str) -> SignedRedisCache:
    """Return the cache of an application with these settings."""
    settings = {"CLIENTELE_DATA_DIR": str(folder), "REDIS_URL": redis_url}
    config = AppConfig.from_env({**settings, "CLIENTELE_SECRET_KEY": secret}, None)
    app, cache = Flask("tests", root_path="."), Cache()
    cache.init_app(app, config=cache_options(config))
    with app.app_context():
        found = cache.cache
    assert isinstance(found, SignedRedisCache)
    return found


@pytest.fixture
def shared(redis_url: str) -> Iterator[redis.Redis]:
    """Redis as anybody on the network sees it."""
    client = redis.Redis.from_url(redis_url)
    yield client
    client.close()


def key_of(cache: SignedRedisCache, shared: redis.Redis) -> str:
    """Put an answer where `view:1` is kept and return its key."""
    cache.set("view:1", ANSWER)
    (key,) = shared.keys(f"{cache.key_prefix}view:1")
    return bytes(key).decode()


def test_what_was_put_there_comes_back(redis_url: str, tmp_path: Path) -> None:
    """Also to another process with the same secret."""
    opened(redis_url, tmp_path, "s" * 32).set("view:1", ANSWER, timeout=60)

    assert opened(redis_url, tmp_path, "s" * 32).get("view:1") == ANSWER
    assert opened(redis_url, tmp_path, "s" * 32).get("view:2") is None
    assert opened(redis_url, tmp_path, "t" * 32).get("view:1") is None


def test_no_byte_can_be_changed(redis_url: str, shared: redis.Redis, tmp_path: Path) -> None:
    """Each changed, missing or added byte makes it nothing."""
    cache = opened(redis_url, tmp_path, "s" * 32)
    key = key_of(cache, shared)
    held = bytes(shared.get(key))

    for place in range(len(held)):
        forged = held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]
        shared.set(key, forged)
        assert cache.get("view:1") is None, place
    for forged in (b"", held[:-1], held + b"\0", held[:10]):
        shared.set(key, forged)
        assert cache.get("view:1") is None
    shared.set(key, held)
    assert cache.get("view:1") == ANSWER


def test_an_answer_belongs_to_its_question(
    redis_url: str, shared: redis.Redis, tmp_path: Path
) -> None:
    """A genuine answer put under another key is not an answer to that."""
    cache = opened(redis_url, tmp_path, "s" * 32)
    key = key_of(cache, shared)
    assert shared.copy(key, key.replace("view:1", "view:2"))

    assert cache.get("view:2") is None


class _Trap:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


def test_a_foreign_pickle_is_not_read(redis_url: str, shared: redis.Redis, tmp_path: Path) -> None:
    """What would run on reading does not run, in the form of any version."""
    cache = opened(redis_url, tmp_path, "s" * 32)
    key = key_of(cache, shared)
    trap = pickle.dumps(_Trap(tmp_path / "trace"))

    for forged in (trap, b"!" + trap, b"\0" * 32 + trap):
        shared.set(key, forged)
        assert cache.get("view:1") is None
    assert not (tmp_path / "trace").exists()
    pickle.loads(trap)
    assert (tmp_path / "trace").exists()  # the trap works


def test_no_secret_no_cache() -> None:
    """Nothing is kept unsigned by mistake."""
    with pytest.raises(ValueError, match=SECRET):
        SignedRedisCache.factory(Flask("tests", root_path="."), {}, [], {})
