"""Reads a file once through: its hash, its line ends, and whether it is UTF-8."""

from __future__ import annotations

import codecs
import hashlib
import threading
import zlib
from dataclasses import dataclass

from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.sources import Source, open_text

_CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    What reading a file through tells.

    Attributes:
        digest: Hash of the bytes; of a compressed text, of what is inside.
        line_ends: Line feeds in a text, one more when the last line has none.
        utf8: Whether a text is UTF-8 throughout.
    """

    digest: str
    line_ends: int = 0
    utf8: bool = True


class FingerprintReader(threading.Thread):
    """Takes a file's fingerprint beside other work; the hashing leaves the interpreter free."""

    def __init__(self, source: Source) -> None:
        super().__init__(name="fingerprint", daemon=True)
        self._source = source
        self._result: Fingerprint | None = None
        self._error: Exception | None = None
        self.stopped = threading.Event()
        self.start()

    def run(self) -> None:
        """Read the file through."""
        try:
            self._result = take(self._source, self.stopped)
        except Exception as error:
            self._error = error

    def result(self) -> Fingerprint:
        """
        Return the fingerprint once it is known.

        Raises:
            LoadError: The file could not be read to its end.
        """
        self.join()
        if self._result is None:
            raise LoadError(
                f"{self._source.path.name} cannot be read to its end; it may be cut off."
            ) from self._error
        return self._result


def take(source: Source, stopped: threading.Event | None = None) -> Fingerprint:
    """Return the fingerprint of a file."""
    digest = hashlib.blake2b(digest_size=16)
    text = source.format in {"csv", "jsonl"}
    line_ends, utf8, last = 0, True, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_text(source) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                if text:
                    line_ends += chunk.count(b"\n")
                    utf8 = utf8 and _decodes(decoder, chunk)
                    last = chunk[-1:]
                if stopped is not None and stopped.is_set():
                    break
    except (EOFError, zlib.error) as error:
        raise LoadError(f"{source.path.name} is cut off. Get it again.") from error
    return Fingerprint(digest.hexdigest(), line_ends + (last != b"\n"), utf8)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    if chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
