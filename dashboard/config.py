"""Every setting of the application: its variable, default, unit and meaning."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from clickhouse_schema.home import Home
from clickhouse_schema.limits import Limits
from dashboard.currencies import CURRENCIES

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_LEVELS = ("debug", "info", "warning", "error")
_NON_PRODUCTS = "POST,DOT,M,m,D,S,C2,B,CRUK,PADS,AMAZONFEE,BANK CHARGES,DCGS*,gift_*"


class ConfigError(Exception):
    """Settings that cannot be used; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("These settings cannot be used:\n" + "\n".join(f"- {p}" for p in problems))


def _text(text: str) -> str:
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _folder_if_any(text: str) -> Path | None:
    return _folder(text) if text else None


def _switch(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError("must be 1 or 0")
    return text.lower() in _TRUE


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def _word(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text.lower()

    return read


def _warehouse_url(text: str) -> str:
    Home.of(text, Path())
    return text


def _redis_url(text: str) -> str:
    if text and urlsplit(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return text


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError("must be an ISO 4217 code such as EUR, GBP or USD")
    return text.upper()


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        raise ValueError("must be an IANA name such as UTC or Europe/Berlin") from None
    return text


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("must have at least 32 characters")
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the settings table; `read` turns text into a value or raises ValueError."""

    variable: str
    field: str
    default: str
    unit: str
    read: Callable[[str], Any]
    meaning: str


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("CLIENTELE_DATA_DIR", "data_dir", "var", "folder", _folder,
            "Where the embedded home keeps everything"),
    Setting("CLIENTELE_HOST", "host", "127.0.0.1", "address", _text,
            "Address to serve at"),
    Setting("CLIENTELE_PORT", "port", "8050", "port", _whole(1, 65535),
            "Port to serve at"),
    Setting("CLIENTELE_ALLOW_REMOTE", "allow_remote", "0", "0 or 1", _switch,
            "Must be 1 to serve at an address other machines reach"),
    Setting("CLICKHOUSE_URL", "clickhouse_url", "", "address", _warehouse_url,
            "`clickhouse://user:password@host:8123/database`; empty for the embedded engine"),
    Setting("REDIS_URL", "redis_url", "", "address", _redis_url,
            "Cache and job queue, `redis://host:6379/0`; empty keeps both in this process"),
    Setting("CLIENTELE_CURRENCY", "currency", "EUR", "ISO 4217 code", _currency,
            "Currency of the amounts that are loaded"),
    Setting("CLIENTELE_TIME_ZONE", "time_zone", "UTC", "IANA name", _time_zone,
            "Time zone of the times that are loaded"),
    Setting("CLIENTELE_WORKERS", "workers", "1", "processes", _whole(1, 64),
            "Web processes; more than one needs CLICKHOUSE_URL"),
    Setting("CLIENTELE_THREADS", "threads", "8", "threads", _whole(1, 256),
            "Requests served side by side in each web process"),
    Setting("CLIENTELE_QUERY_SECONDS", "query_seconds", "30", "seconds", _whole(1, 3600),
            "Running time of one query"),
    Setting("CLIENTELE_QUERY_MEMORY_MB", "query_memory_mb", "4000", "megabytes", _whole(50, 10**6),
            "Memory of one query"),
    Setting("CLIENTELE_QUERY_ROWS", "query_rows", "1000000", "rows", _whole(1, 10**8),
            "Rows one query may return"),
    Setting("CLIENTELE_CACHE_SECONDS", "cache_seconds", "3600", "seconds", _whole(1, 604_800),
            "How long a finished view is remembered"),
    Setting("CLIENTELE_LOG_FORMAT", "log_format", "text", "text or json", _word("text", "json"),
            "How a log line is written"),
    Setting("CLIENTELE_LOG_LEVEL", "log_level", "info", "level", _word(*_LEVELS),
            "Least urgent level logged: debug, info, warning or error"),
    Setting("CLIENTELE_NON_PRODUCT_CODES", "non_product_codes", _NON_PRODUCTS, "list", _codes,
            "Ids that are no products (postage, fees), by commas; a closing `*` is any ending"),
    Setting("CLIENTELE_SECRET_KEY", "secret_key", "", "text", _secret,
            "Signs what web processes and workers put into Redis; at least 32 characters"),
    Setting("CLIENTELE_DELIVERY_DIR", "delivery_dir", "", "folder", _folder_if_any,
            "Where segments are delivered as files; empty for `deliveries` in the data folder"),
    Setting("CLIENTELE_WEBHOOK_SECRET", "webhook_secret", "", "text", _secret,
            "Signs what is posted to webhooks, 32 characters at least; embedded, one is made"),
    Setting("CLIENTELE_WEBHOOK_PRIVATE_HOSTS", "webhook_private_hosts", "", "list", _codes,
            "Hosts of webhooks, by commas, that may have an address only this network reaches"),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class AppConfig:
    """The settings in use; `SETTINGS` tells what each means."""

    data_dir: Path
    host: str
    port: int
    allow_remote: bool
    clickhouse_url: str
    redis_url: str
    currency: str
    time_zone: str
    workers: int
    threads: int
    query_seconds: int
    query_memory_mb: int
    query_rows: int
    cache_seconds: int
    log_format: str
    log_level: str
    non_product_codes: tuple[str, ...]
    secret_key: str
    delivery_dir: Path | None
    webhook_secret: str
    webhook_private_hosts: tuple[str, ...]

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
    ) -> AppConfig:
        """
        Read the settings; the environment goes before the file.

        Args:
            environ: Variables by name; None for those of this process.
            dotenv: File of `NAME=value` lines that need not exist; None for no file.

        Raises:
            ConfigError: Some cannot be used; it names all of them.
        """
        given = dict(os.environ if environ is None else environ)
        if dotenv is not None and dotenv.is_file():
            kept = dotenv_values(dotenv, interpolate=False)
            given = {**{name: value or "" for name, value in kept.items()}, **given}
        problems = _misspelt(given)
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            text = given.get(setting.variable, "").strip() or setting.default
            try:
                values[setting.field] = setting.read(text)
            except ValueError as error:
                shown = "" if setting.field in _HIDDEN else f" (it is {text!r})"
                problems.append(f"{setting.variable} {error}{shown}.")
        problems += _conflicts(values)
        if problems:
            raise ConfigError(problems)
        return cls(**values)

    @property
    def home(self) -> Home:
        """Where the warehouse lives."""
        return Home.of(self.clickhouse_url, self.data_dir)

    @property
    def limits(self) -> Limits:
        """What one reader's query may take."""
        return Limits(self.query_seconds, self.query_memory_mb, self.query_rows)

    @property
    def url(self) -> str:
        """Address a browser on this machine opens."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the address served."""
        return is_loopback(self.host)


_HIDDEN = {
    "clickhouse_url",
    "redis_url",
    "secret_key",
    "webhook_secret",
}  # may hold passwords: never printed


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _misspelt(given: Mapping[str, str]) -> list[str]:
    known = [setting.variable for setting in SETTINGS]
    problems = []
    for name in sorted(given):
        if name in known or not name.startswith("CLIENTELE_") or name.startswith("CLIENTELE_TEST_"):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        if near:
            problems.append(f"{name} is not a setting; did you mean {near[0]}?")
    return problems


def _conflicts(values: Mapping[str, Any]) -> list[str]:
    problems = []
    if values.get("workers", 1) > 1 and not values.get("clickhouse_url", "-"):
        problems.append(
            "CLIENTELE_WORKERS must be 1 without CLICKHOUSE_URL: the embedded engine lives in one "
            "process. Raise CLIENTELE_THREADS instead."
        )
    if values.get("redis_url") and not values.get("secret_key", "-"):
        problems.append(
            "CLIENTELE_SECRET_KEY must be set with REDIS_URL: what comes from there is only read "
            "when it is signed. 'openssl rand -hex 32' makes one; all processes need the same."
        )
    host = values.get("host", "")
    if not is_loopback(host) and not values.get("allow_remote", True):
        problems.append(
            f"CLIENTELE_HOST {host} can be reached from other machines, and there is no sign-in: "
            "set CLIENTELE_ALLOW_REMOTE=1 if that is meant."
        )
    return problems
