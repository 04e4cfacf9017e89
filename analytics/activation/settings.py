"""Where deliveries may go. `dashboard` hands the settings over at start."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from analytics.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """
    What the operator allows.

    Attributes:
        folder: Where files are delivered to.
        exports: Where files lie that a reader waits for, for a day.
        secret: Signs what is posted; empty forbids webhooks. Never stored or logged.
        private_hosts: Hosts of webhooks that may have a private address.
    """

    folder: Path
    exports: Path = Path("exports")
    secret: str = field(default="", repr=False)
    private_hosts: tuple[str, ...] = ()


_held: list[DeliverySettings] = []


def secret_of_folder(folder: Path) -> str:
    """
    Return the secret that lies in a folder; one is made, for its owner only, at the first time.

    For a home that one process has to itself: several machines need one they share.
    """
    path = folder / "webhook.key"
    if not path.is_file():
        unfinished = folder / ".webhook.key.part"
        handle = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        unfinished.replace(path)
    return path.read_text(encoding="ascii").strip()


def use_delivery_settings(settings: DeliverySettings | None) -> None:
    """Make `settings` the ones that deliveries obey; None takes them away."""
    _held[:] = [] if settings is None else [settings]


def delivery_settings() -> DeliverySettings:
    """
    Return the settings in use.

    Raises:
        AnalysisError: None have been handed over.
    """
    if not _held:
        raise AnalysisError("Deliveries are not set up in this process.")
    return _held[0]
