"""`serve`: serve the dashboard with Gunicorn until stopped."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from clickhouse_schema.home import EmbeddedLock
from dashboard.config import AppConfig, ConfigError

HELP = "Serve the dashboard until stopped with Ctrl-C."
_GUNICORN = Path(__file__).parents[1] / "gunicorn.conf.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command: nothing, settings say it all."""


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """
    Become Gunicorn's master, which forks the web processes.

    The embedded engine must not be opened here: it does not survive a fork.

    Raises:
        ConfigError: The address is taken or not ours.
        WarehouseInUse: Another process has the embedded home.
    """
    check_address(config)
    if config.home.embedded:
        lock = EmbeddedLock(config.data_dir)
        lock.acquire()
        lock.release()
    print(f"Clientele serves {config.url} (stop it with Ctrl-C)", flush=True)
    words = ["-m", "gunicorn", "--config", str(_GUNICORN)]
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606


def check_address(config: AppConfig) -> None:
    """
    Make sure that the address can be served.

    Raises:
        ConfigError: It cannot; the sentence says why.
    """
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            reason = error.strerror or str(error)
            advice = f"{config.host} port {config.port} cannot be served: {reason}. "
            raise ConfigError(
                [advice + "Stop what uses it, or set CLIENTELE_PORT (and CLIENTELE_HOST)."]
            ) from error
