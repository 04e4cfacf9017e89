"""`worker`: do the long work that the web processes queue in Redis."""

from __future__ import annotations

import argparse

from flask import Flask
from redis.exceptions import RedisError

import analytics.exports.products
import analytics.reports.products_certainty  # noqa: F401  (these register their kinds of job)
from analytics.activation.settings import use_delivery_settings
from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from clickhouse_schema.errors import WarehouseUnavailable
from dashboard.app import (
    cache_options,
    delivery_settings,
    open_queue,
    open_warehouse,
    start_deliveries,
)
from dashboard.config import AppConfig, ConfigError
from dashboard.health import why_not_ready
from dashboard.logs import set_up_logging

HELP = "Do the long work that the web processes queue in Redis."
_SIDE_BY_SIDE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may follow the command."""
    parser.add_argument(
        "--check", action="store_true", help="only say whether warehouse and queue answer"
    )


def run(config: AppConfig, arguments: argparse.Namespace) -> int:
    """
    Work until told to stop.

    Raises:
        ConfigError: Embedded, the server does the work itself.
        WarehouseUnavailable: With --check, something does not answer.
    """
    if config.home.embedded or not config.redis_url:
        raise ConfigError(
            ["A worker needs CLICKHOUSE_URL and REDIS_URL; without, the server does its work."]
        )
    warehouse = open_warehouse(config)
    use_warehouse(warehouse)
    queue = open_queue(config)
    if arguments.check:
        reason = why_not_ready(warehouse)
        try:
            queue.find("any")
        except RedisError as error:
            reason = f"Redis cannot be reached: {type(error).__name__}."
        if reason:
            raise WarehouseUnavailable(reason)
        return 0
    set_up_logging(config)
    holder = Flask("worker", static_folder=None)
    cache.init_app(holder, config=cache_options(config))
    cache.app = holder
    use_delivery_settings(delivery_settings(config))
    start_deliveries(queue)
    queue.work_forever(_SIDE_BY_SIDE)
    return 0
