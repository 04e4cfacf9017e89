"""
Libraries that take long to load, loaded once the application serves.

At the start they would hold up the first page by more than everything else together; left to
the first question that needs them, they would hold up its reader.
"""

from __future__ import annotations

import gc
import threading
from importlib import import_module

LATER = ("scipy.stats", "scipy.special", "sklearn.cluster", "sklearn.metrics")
_AFTER_SECONDS = 5.0  # the first page and its charts come before


def load_later(after: float = _AFTER_SECONDS) -> threading.Timer:
    """
    Load them on a thread of its own, and return it.

    Args:
        after: How long to wait, in seconds.
    """
    timer = threading.Timer(after, _load)
    timer.daemon = True
    timer.name = "load-later"
    timer.start()
    return timer


def _load() -> None:
    for name in LATER:
        import_module(name)
    keep_for_good()


def keep_for_good() -> None:
    """
    Let the garbage collector leave alone what a process has once it is ready to serve.

    Modules and layouts stay until the end. Looking through all of them holds every thread
    for a fifth of a second, in the middle of somebody's question.
    """
    gc.freeze()
