"""Turns what can go wrong in a load into a sentence for the person who loads."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from clickhouse_schema.errors import LoadError, WarehouseError
from clickhouse_schema.loading.staging import NOT_AS_WRITTEN

_FULL = re.compile(
    r"No space left on device|NOT_ENOUGH_SPACE|File too large|Disk quota exceeded", re.IGNORECASE
)
_MEMORY = re.compile(r"MEMORY_LIMIT_EXCEEDED")
_BROKEN_PARQUET = re.compile(r"parquet|CANNOT_READ_ALL_DATA|snappy|zstd|Unexpected end", re.I)
_OWN_PART = re.compile(r"while reading from part|in table \S*\.?staging_")
_FULL_ERRNO = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_FULL_TEXT = (
    "The disk is full: nothing of the file was kept, and what was loaded before is as it was. "
    "Make room, then load it again."
)


def loading_error(error: BaseException, path: Path) -> BaseException:
    """Return the error to tell: `error` itself when it already tells enough."""
    if isinstance(error, LoadError):
        return error
    if isinstance(error, OSError) and error.errno in _FULL_ERRNO:
        return LoadError(_FULL_TEXT)
    if not isinstance(error, WarehouseError):
        return error
    cause = str(error.__cause__ or error)
    if _FULL.search(cause):
        return LoadError(_FULL_TEXT)
    if _OWN_PART.search(cause):
        return LoadError(NOT_AS_WRITTEN)
    if _MEMORY.search(cause):
        return LoadError(
            "The load needed more memory than the warehouse may take. Nothing of it was kept."
        )
    if type(error) is WarehouseError and _BROKEN_PARQUET.search(cause):
        return LoadError(
            f"{path.name} is broken inside, or cut off. Nothing of it was kept; get it again."
        )
    return error
