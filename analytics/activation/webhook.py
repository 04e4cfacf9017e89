"""
Posts members to a webhook in signed batches, and again until they arrive.

A batch is the same bytes under the same idempotency key however often it is
sent, so a receiver that keeps the keys takes each batch exactly once. The
contract with the receiver is in docs/activation.md.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from analytics.activation.addresses import WebhookUrl, open_connection
from analytics.activation.settings import DeliverySettings
from analytics.errors import DeliveryFailed

TIMESTAMP_HEADER = "X-Clientele-Timestamp"
SIGNATURE_HEADER = "X-Clientele-Signature"
KEY_HEADER = "Idempotency-Key"
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0  # seconds
LONGEST_ASKED = 900.0  # seconds we wait because the receiver asks for it
TIMEOUT = 30.0  # seconds
SHORT_WAIT = 5.0  # seconds; whoever has to wait longer does not hold a worker meanwhile
_AGAIN = {408, 425, 429}
_LONGEST_ANSWER = 65_536  # bytes read of an answer
log = logging.getLogger("clientele.activation")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of the signature header: HMAC-SHA256 of "timestamp.body", as hex."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def receiver_secret(master: str, activation_id: str, number: int) -> str:
    """
    Return what the posts of one delivery are signed with, 64 hexadecimal digits.

    It is derived each time and stored nowhere; who knows it cannot find the one
    it is derived from, nor that of another receiver.
    """
    text = f"clientele webhook {activation_id} {number}"
    return hmac.new(master.encode(), text.encode(), hashlib.sha256).hexdigest()


def encode(payload: Mapping[str, Any]) -> bytes:
    """Return the body of a post; the same bytes for the same payload."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


class Later(Exception):
    """A batch is to be tried again in `seconds`, as attempt `attempts` + 1; `said` why."""

    def __init__(self, attempts: int, seconds: float, said: str) -> None:
        super().__init__(said)
        self.attempts, self.seconds, self.said = attempts, seconds, said


@dataclass(frozen=True, slots=True)
class Poster:
    """
    Sends batches to one webhook.

    Short pauses between attempts are waited for here; a long one is left to the
    caller, who has better things to do.

    Attributes:
        url: Where to.
        settings: The secret, and which private hosts are allowed.
        wait: Waits so many seconds, or raises because it is asked to stop.
        clock: Seconds since 1970.
        chance: A number in [0, 1), to spread what is tried again.
    """

    url: WebhookUrl
    settings: DeliverySettings
    wait: Callable[[float], None]
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def post(self, key: str, body: bytes, tried: int = 0) -> tuple[int, str]:
        """
        Send one batch until it arrives.

        Args:
            key: Its idempotency key.
            body: What `encode` returned.
            tried: Attempts made before.

        Returns:
            (attempts it took, the status it was answered with).

        Raises:
            DeliveryFailed: It was refused, or did not arrive in `MOST_ATTEMPTS`.
            Later: It is to be tried again after a long pause.
        """
        said = "no answer yet"
        for attempt in range(tried + 1, MOST_ATTEMPTS + 1):
            status, asked, said = self._try(key, body)
            fields = {"key": key, "attempt": attempt, "answer": said}
            log.info("webhook", extra={"fields": fields})
            if 200 <= status < 300:
                return attempt, said
            if status and status < 500 and status not in _AGAIN:
                raise DeliveryFailed(f"{self.url.place} refused the batch: {said}.")
            if attempt < MOST_ATTEMPTS:
                pause = self._pause(attempt, asked)
                if pause > SHORT_WAIT:
                    raise Later(attempt, pause, said)
                self.wait(pause)
        raise DeliveryFailed(
            f"{self.url.place} did not take the batch in {MOST_ATTEMPTS} attempts; the last answer "
            f"was: {said}. Nothing is lost: continue the delivery when the receiver is back."
        )

    def _pause(self, attempt: int, asked: float | None) -> float:
        if asked is not None:
            return min(asked, LONGEST_ASKED)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.chance() / 2)

    def _try(self, key: str, body: bytes) -> tuple[int, float | None, str]:
        """Return (status or 0, seconds the receiver asks to wait, what happened in words)."""
        try:
            connection = open_connection(self.url, self.settings.private_hosts, TIMEOUT)
        except PermissionError as error:
            raise DeliveryFailed(str(error)) from error
        except OSError:
            return 0, None, f"no host is known by the name {self.url.host}"
        try:
            connection.request("POST", self.url.target, body, self._headers(key, body))
            answer = connection.getresponse()
            answer.read(_LONGEST_ANSWER)
            asked = _retry_after(answer.getheader("Retry-After"), self.clock())
            return answer.status, asked, f"{answer.status} {answer.reason}".strip()
        except ssl.SSLCertVerificationError as error:
            raise DeliveryFailed(
                f"The certificate of {self.url.host} is not valid: {error.verify_message}."
            ) from error
        except TimeoutError:
            return 0, None, f"no answer within {TIMEOUT:.0f} seconds"
        except ConnectionRefusedError:
            return 0, None, "nothing listens at that address"
        except (OSError, http.client.HTTPException) as error:
            return 0, None, f"no connection ({type(error).__name__})"
        finally:
            connection.close()

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.clock()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Clientele-Activation/1",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: signature(self.settings.secret, timestamp, body),
            KEY_HEADER: key,
        }


def _retry_after(text: str | None, now: float) -> float | None:
    """Return the seconds a Retry-After header asks for, given as seconds or as a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.fromtimestamp(now, UTC)).total_seconds())
