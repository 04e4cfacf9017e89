"""How Gunicorn serves the application. `python -m dashboard serve` starts it with this file."""

import signal
from pathlib import Path
from typing import Any

from dashboard.config import AppConfig
from dashboard.logs import logging_options

_config = AppConfig.from_env()

wsgi_app = "dashboard.app:wsgi()"
bind = (
    f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
)
worker_class = "gthread"
workers = _config.workers
threads = _config.threads
preload_app = False  # the embedded engine must be opened after the fork
timeout = 120
graceful_timeout = 30
keepalive = 30
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = None  # ours has no query string
logconfig_dict = logging_options(_config)
proc_name = "clientele"


def post_worker_init(worker: Any) -> None:
    """
    Take Ctrl-C and the master's order to quit in a handler of our own.

    Both come at once from a terminal. Gunicorn's handler takes a lock of its threads, which the
    second one, or a request just taken, may hold below it on the same thread: it hung until the
    master gave up after `graceful_timeout`.
    """
    from dashboard.app import stop_queries

    def quit_now(number: int, frame: object) -> None:
        worker.alive = False  # its loop ends by itself
        stop_queries()

    for order in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(order, quit_now)


def worker_int(worker: object) -> None:
    """See to it that a worker told to quit while it still begins does so."""
    from dashboard.app import stop_queries

    stop_queries()


def worker_exit(server: object, worker: object) -> None:
    """Leave without waiting for the threads of jobs, where leaving at once was asked."""
    from dashboard.app import leave

    leave()
