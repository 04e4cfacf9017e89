"""Shows on a terminal how far a load is, and in a log file now and then."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from clickhouse_schema.loading.load import Progress

_WIDTH = 28
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


class ProgressBar:
    """A bar with rows per second and time left; plain lines where there is no terminal."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self._title, self._stream = title, stream or sys.stderr
        self._bar = self._stream.isatty()
        self._stage, self._stage_began, self._shown_at = "", 0.0, 0.0
        self._drawn = False

    def __call__(self, progress: Progress) -> None:
        """Show `progress`, unless something was shown a moment ago."""
        now = time.monotonic()
        new_stage = progress.stage != self._stage
        if new_stage:
            self._stage, self._stage_began = progress.stage, now
        pause = _REDRAW_SECONDS if self._bar else _LINE_SECONDS
        if not new_stage and now - self._shown_at < pause:
            return
        self._shown_at = now
        text = self._text(progress, now - self._stage_began)
        if self._bar:
            self._stream.write(f"\r\x1b[K{text}")
            self._drawn = True
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the line of the bar."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _text(self, progress: Progress, seconds: float) -> str:
        text = f"{self._title}: {progress.stage}"
        if not progress.rows or not seconds:
            return text
        speed = progress.rows / seconds
        text += f"  {progress.rows:,} rows  {speed:,.0f} rows/s"
        if not progress.expected:
            return text
        part = min(progress.rows / progress.expected, 1.0)
        filled = round(part * _WIDTH)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        left = max(progress.expected - progress.rows, 0) / speed
        return f"{text}  {bar if self._bar else ''} {part:.0%}  {_clock(left)} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
