"""What of the machine there is to take, and what one reader's query may take of it."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one reader's query may take.

    Attributes:
        seconds: Running time.
        memory_mb: Memory of the engine, in megabytes.
        result_rows: Rows that may leave the engine.
    """

    seconds: int = 30
    memory_mb: int = 4000
    result_rows: int = 1_000_000

    def clause(self, comment: str) -> str:
        """
        Return the SETTINGS clause for a statement tagged `comment`.

        The clause, not the session: on the embedded engine a setting given with
        a call would stay for every later one.
        """
        return (
            f"SETTINGS max_execution_time = {self.seconds},"
            f" max_memory_usage = {self.memory_mb * 1_000_000},"
            f" max_result_rows = {self.result_rows}, result_overflow_mode = 'throw',"
            f" log_comment = '{comment}'"
        )


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
