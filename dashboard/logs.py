"""
Structured logs: one line per event, as JSON or as text.

A line is a short message with fields beside it, given as
`log.info("query", extra={"fields": {"tag": ..., "ms": ...}})`.
"""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from dashboard.config import AppConfig

_QUIET = ("clickhouse_connect", "werkzeug", "gunicorn.access", "huey", "huey.consumer")


class JsonLines(logging.Formatter):
    """One JSON object per event: time, level, logger, message, then its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {"time": _time(record), "level": record.levelname.lower(), "logger": record.name}
        line |= {"message": record.getMessage(), **_fields(record)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class TextLines(logging.Formatter):
    """The same for people: time, level, logger, message, `name=value` fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = "".join(f" {name}={_plain(value)}" for name, value in _fields(record).items())
        head = f"{_time(record)} {record.levelname.lower():7} {record.name}"
        line = f"{head}: {_plain(record.getMessage(), quote=False)}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logging(config: AppConfig, *, least: int = logging.DEBUG) -> None:
    """Send every logger's lines, of this level and the chosen one, to standard error."""
    logging.config.dictConfig(logging_options(config))
    root = logging.getLogger()
    root.setLevel(max(root.level, least))


def logging_options(config: AppConfig) -> dict[str, Any]:
    """Return the same as `logging.config.dictConfig` takes it; Gunicorn does, too."""
    form = JsonLines if config.log_format == "json" else TextLines
    ours = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": form}},
        "handlers": {"ours": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["ours"], "level": config.log_level.upper()},
        "loggers": {
            "gunicorn.error": {**ours, "level": "INFO"},
            **{name: {**ours, "level": "WARNING"} for name in _QUIET},
        },
    }


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, "fields", {}))


def _plain(value: Any, *, quote: bool = True) -> str:
    """Keep a value on its line: text of others must not forge a second one."""
    text = str(value)
    if quote and (not text or any(sign.isspace() or sign in "\"'=" for sign in text)):
        return json.dumps(text, ensure_ascii=False)
    return text.replace("\r", "\\r").replace("\n", "\\n")
