"""Puts the application together: one Dash, its warehouse, its cache, its guards."""

from __future__ import annotations

import _thread
import hashlib
import logging
import os
import re
import secrets
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask

import analytics.segment_growth  # noqa: F401  (a kind of job, for workers too)
import callbacks
from analytics.activation.clock import Clock
from analytics.activation.settings import (
    DeliverySettings,
    secret_of_folder,
    use_delivery_settings,
)
from analytics.activation.work import clear_exports, submit_delivery
from analytics.jobs import JobQueue, queue, use_queue
from analytics.reports._cache import cache
from analytics.reports._signed import SECRET, SignedRedisCache
from analytics.reports._warehouse import use_warehouse
from analytics.reports._warehouse import warehouse as current_warehouse
from callbacks.shell import page
from clickhouse_schema.client import Warehouse
from clickhouse_schema.ending import cancel_all
from clickhouse_schema.errors import WarehouseError
from dashboard.config import AppConfig
from dashboard.downloads import serve_downloads
from dashboard.errors import handle_errors, tell_unexpected
from dashboard.guard import guard
from dashboard.handover import make_ready
from dashboard.health import serve_health
from dashboard.internal import Tasks, internal_blueprint
from dashboard.logs import set_up_logging
from dashboard.page import BOOT, head_script, hold_back_grids, index_page
from dashboard.product_downloads import serve_product_downloads
from dashboard.request_log import log_requests
from dashboard.static import StaticFiles, serve_static
from dashboard.uploads import serve_uploads
from dashboard.warming import keep_for_good, load_later

log = logging.getLogger("clientele.app")
_CANNOT_BOOT = 3  # tells Gunicorn's master to give up instead of trying again
_CACHED_VIEWS = 2000
_LAST_SECONDS = 1.5  # for answers on their way, once what they wait for was ended
_LAST_RESORT = 6
_told_to_leave: list[bool] = []


def create_app(config: AppConfig, warehouse: Warehouse) -> Dash:
    """
    Return the application; call it once per process.

    Args:
        config: The settings.
        warehouse: What every report reads from now on.
    """
    use_warehouse(warehouse)
    server = Flask("dashboard", static_folder=None)
    server.json.sort_keys = False  # type: ignore[attr-defined]  # rules are told in their order
    server.secret_key = config.secret_key or secrets.token_hex(32)
    files = StaticFiles(config.data_dir)
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type]
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=rf"^{re.escape(BOOT.name)}$",
        external_stylesheets=files.stylesheets,
        index_string=index_page(files.plotly_url),
        title="Clientele",
        update_title=None,  # type: ignore[arg-type]
        suppress_callback_exceptions=True,
        compress=False,
        enable_mcp=False,
        on_error=tell_unexpected,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    callbacks.register()
    hold_back_grids(app)
    app.layout = page
    cache.init_app(server, config=cache_options(config))
    cache.app = server  # so that threads outside of a request find it
    log_requests(server)
    guard(app, config, head_script(files.plotly_url))
    serve_static(server, files)
    serve_health(server, warehouse)
    serve_downloads(server, warehouse, queue, config.time_zone)
    serve_product_downloads(server, queue)
    serve_uploads(server, warehouse)
    use_delivery_settings(delivery_settings(config))
    take_work(server, config, warehouse)
    handle_errors(server)
    return app


def delivery_settings(config: AppConfig) -> DeliverySettings:
    """Return where segments may be delivered to."""
    return DeliverySettings(
        folder=config.delivery_dir or config.data_dir / "deliveries",
        exports=config.data_dir / "exports",
        secret=config.webhook_secret or _own_secret(config),
        private_hosts=config.webhook_private_hosts,
    )


def _own_secret(config: AppConfig) -> str:
    """Return the secret kept beside an embedded home; processes on a server must be given one."""
    if not config.home.embedded:
        return ""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return secret_of_folder(config.data_dir)


def start_deliveries(work: JobQueue) -> Clock:
    """Begin what is due from now on, take up what a dead process left, and forget what is old."""

    def tidy() -> None:
        """Forget exports and jobs that are old."""
        clear_exports()
        work.clear_old()

    clock = Clock(current_warehouse, lambda run_id: submit_delivery(work, run_id), tidy=tidy)
    clock.start()
    return clock


def take_work(server: Flask, config: AppConfig, warehouse: Warehouse) -> None:
    """Let the command line of this machine's user hand loads over to an embedded home."""
    if warehouse.lock is None:
        return
    token = secrets.token_urlsafe(32)
    server.register_blueprint(internal_blueprint(Tasks(lambda: warehouse), token))
    warehouse.lock.announce(url=config.url, token=token)


def cache_options(config: AppConfig) -> dict[str, Any]:
    """Return where finished views are remembered: Redis when given, else this process."""
    shared = {"CACHE_DEFAULT_TIMEOUT": config.cache_seconds}
    if config.redis_url:
        whose = hashlib.sha256(config.home.describe().encode()).hexdigest()[:8]
        return {
            **shared,
            "CACHE_TYPE": f"{SignedRedisCache.__module__}.{SignedRedisCache.__name__}",
            "CACHE_REDIS_URL": config.redis_url,
            # Data versions are counted by each warehouse: two may share a Redis.
            "CACHE_KEY_PREFIX": f"clientele:{whose}:",
            SECRET: config.secret_key,
        }
    return {**shared, "CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": _CACHED_VIEWS}


def open_queue(config: AppConfig) -> JobQueue:
    """Return the queue of long work, and let everything in this process use it."""
    opened = JobQueue(config.data_dir, config.redis_url, config.secret_key)
    use_queue(opened)
    return opened


def open_warehouse(config: AppConfig) -> Warehouse:
    """
    Return the warehouse of a web process.

    An embedded home is opened at once, so that a second process is refused at
    start. A server may be away at start: /readyz says so until it answers.

    Raises:
        WarehouseInUse: Another process has the embedded home.
        WarehouseUnavailable: The embedded engine could not be opened.
    """
    if not config.home.embedded:
        return Warehouse(config.home, config.limits)
    warehouse = Warehouse.open(config.home, config.limits)
    make_ready(warehouse)
    return warehouse


def wsgi() -> Flask:
    """Return what Gunicorn serves; called in each worker, after the fork."""
    config = AppConfig.from_env()
    set_up_logging(config)
    try:
        server: Flask = create_app(config, open_warehouse(config)).server
        work = open_queue(config)
        if config.home.embedded:
            work.start_threads()
            start_deliveries(work)
    except WarehouseError as error:
        log.error("cannot serve: %s", error)
        sys.exit(_CANNOT_BOOT)
    keep_for_good()
    load_later()
    return server


def stop_queries() -> None:
    """
    End what the embedded engine runs: this process is told to leave at once.

    A signal's handler calls this, in a terminal twice: once for Ctrl-C, once for the master. It
    takes no lock, which the code it interrupts may hold, such as the one for starting a thread.
    """
    _told_to_leave.append(True)
    # The kernel's own, for an engine that never gives the interpreter back to a thread.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_LAST_RESORT)
    _thread.start_new_thread(_stop_and_leave, ())


def _stop_and_leave() -> None:
    with suppress(WarehouseError):
        warehouse = current_warehouse()
        if warehouse.home.embedded:
            cancel_all(warehouse)
    time.sleep(_LAST_SECONDS)
    os._exit(0)  # a statement or a request that does not end


def leave() -> None:
    """End this process, if it was told to at once, without waiting for jobs and statements."""
    if _told_to_leave:
        os._exit(0)
