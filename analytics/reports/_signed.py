"""
Remembered answers in a Redis that others may write to.

Answers are pickled, and reading a pickle runs what it says. So each value is
signed with a secret, together with the key it belongs to: what nobody with the
secret has put there, or put elsewhere, is not read at all.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import pickle
from datetime import timedelta
from typing import Any, cast

from cachelib.serializers import RedisSerializer
from flask import Flask
from flask_caching.backends.rediscache import RedisCache

log = logging.getLogger("clientele.cache")
SECRET = "CACHE_SECRET"  # noqa: S105 - the option's name
_SIGN = hashlib.sha256
_SIGNATURE_BYTES = _SIGN().digest_size


class _Bytes(RedisSerializer):
    """Leaves what goes to Redis and comes from there as it is."""

    def dumps(self, value: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> bytes:
        """Return the bytes that are given."""
        return bytes(value)

    def loads(self, value: bytes | None) -> Any:
        """Return what was kept."""
        return value


class SignedRedisCache(RedisCache):
    """
    flask-caching's Redis with signed values; its secret is the option `CACHE_SECRET`.

    A value that is not signed for its key is none, and a line in the log.
    """

    serializer = _Bytes()
    secret = b""

    @classmethod
    def factory(
        cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
    ) -> SignedRedisCache:
        """
        Return the cache that the options of an application describe.

        Raises:
            ValueError: There is no secret.
        """
        made = cast(SignedRedisCache, super().factory(app, config, args, kwargs))
        made.secret = str(config.get(SECRET) or "").encode()
        if not made.secret:
            raise ValueError(f"{SECRET} is empty")
        return made

    def get(self, key: str) -> Any:
        """Return what is remembered under a key; None when nothing of ours is."""
        held = super().get(key)
        if held is None:
            return None
        signature, body = held[:_SIGNATURE_BYTES], held[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(key, body)):
            log.warning("cache forged", extra={"fields": {"key": key.partition(":")[0]}})
            return None
        return pickle.loads(body)  # noqa: S301 - ours: the signature says so

    def set(self, key: str, value: Any, timeout: int | timedelta | None = None) -> Any:
        """Remember a value; it must be picklable."""
        body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        return super().set(key, self._signature(key, body) + body, timeout)

    def _signature(self, key: str, body: bytes) -> bytes:
        named = len(key.encode()).to_bytes(4) + key.encode()
        return hmac.new(self.secret, named + body, _SIGN).digest()
