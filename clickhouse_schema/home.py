"""
Where the warehouse lives: in this process, or on a ClickHouse server.

The embedded engine may be opened by one process at a time, and never before a
fork: importing chdb alone starts threads. So nothing here imports it, nor anything
else that takes long to load, and `EmbeddedLock` tells a second process who has it.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from clickhouse_schema.errors import WarehouseError, WarehouseInUse

DATABASE = "clientele"
_PORTS = {"clickhouse": 8123, "clickhouses": 8443}


@dataclass(frozen=True, slots=True)
class Home:
    """
    Address of a warehouse.

    Attributes:
        data_dir: Folder of the embedded engine; None for a server.
        host, port, username, password, secure: Of a server.
        database: Name of the database in either home.
    """

    data_dir: Path | None = None
    host: str = ""
    port: int = 8123
    username: str = "default"
    password: str = ""
    secure: bool = False
    database: str = DATABASE

    @property
    def embedded(self) -> bool:
        """Whether the engine runs in this process."""
        return self.data_dir is not None

    @classmethod
    def of(cls, url: str | None, data_dir: Path) -> Home:
        """
        Return the server `url` names, or the embedded engine under `data_dir`.

        Args:
            url: `clickhouse://user:password@host:8123/database`, with
                `clickhouses://` for TLS; None or empty for the embedded engine.
            data_dir: Folder that holds everything the embedded home keeps.

        Raises:
            ValueError: The address is not of that form.
        """
        if not url:
            return cls(data_dir=data_dir / "warehouse")
        parts = urlsplit(url)
        if parts.scheme not in _PORTS:
            raise ValueError("must begin with clickhouse:// or clickhouses://")
        if not parts.hostname:
            raise ValueError("names no host")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            secure=parts.scheme == "clickhouses",
            database=parts.path.strip("/") or DATABASE,
        )

    def describe(self) -> str:
        """Return where this is, without secrets."""
        return str(self.data_dir) if self.embedded else f"{self.host}:{self.port}/{self.database}"


class EmbeddedLock:
    """
    Keeps a second process away from an embedded data folder.

    The file holds who has it, as JSON (`pid`, and `url` and `token` once a
    server told them with `announce`), so that the command line can hand its
    work to a running server. The kernel drops the lock when the process dies.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "owner.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """
        Take the folder.

        Raises:
            WarehouseInUse: Another living process has it.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise WarehouseError(
                f"The data folder {self.path.parent} cannot be used: {error.strerror}."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            owner = self.owner()
            raise WarehouseInUse(
                f"The data in {self.path.parent} is in use by process {owner.get('pid', '?')}. "
                "Stop it first, or set CLIENTELE_DATA_DIR to another folder."
            ) from error
        self._file = file
        self.path.chmod(0o600)
        self.announce()

    def announce(self, **details: str) -> None:
        """Write who we are, and `details` such as the address we serve at."""
        if self._file is None:
            raise RuntimeError("the lock is not held")
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), **details}, self._file)
        self._file.flush()

    def owner(self) -> dict[str, Any]:
        """Return what the owner wrote; empty if there is none."""
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def release(self) -> None:
        """Let go of the folder."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()
            self._file = None
