"""How Gunicorn serves the application. `python -m dashboard serve` starts it with this file."""

from pathlib import Path

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


def worker_int(worker: object) -> None:
    """End the running queries, so that a worker told to quit need not wait for them."""
    from dashboard.app import stop_queries

    stop_queries()
