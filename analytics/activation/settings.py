"""Where deliveries may go. `dashboard` hands the settings over at start."""

from __future__ import annotations

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
