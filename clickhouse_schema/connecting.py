"""Opens connections to either home of the warehouse; the embedded engine is loaded by the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clickhouse_connect import get_client
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from clickhouse_schema.errors import WarehouseUnavailable
from clickhouse_schema.home import Home


def open_client(home: Home, *, create_database: bool = False) -> Client:
    """
    Return a new connection.

    Args:
        home: Where to.
        create_database: Make the database on a server that has none.

    Raises:
        WarehouseUnavailable: Nothing answers there, or it refuses us.
    """
    try:
        if home.data_dir is not None:
            return _open_embedded(home.data_dir, home.database)
        return _open_server(home, create_database)
    except ClickHouseError as error:
        raise WarehouseUnavailable(
            f"The warehouse at {home.describe()} cannot be reached. Check that it runs and "
            "that the address, user and password are right."
        ) from error


def _open_embedded(data_dir: Path, database: str) -> Client:
    data_dir.mkdir(parents=True, exist_ok=True)
    client = get_client(interface="chdb", path=str(data_dir))
    # The engine's default database is of kind Overlay, which cannot exchange tables.
    client.command(f"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic")
    client.database = database
    return client


def _open_server(home: Home, create_database: bool) -> Client:
    options: dict[str, Any] = {
        "host": home.host,
        "port": home.port,
        "username": home.username,
        "password": home.password,
        "secure": home.secure,
        "autogenerate_session_id": False,
        "connect_timeout": 5,
        "send_receive_timeout": 3600,
        # A process that is stopped leaves no statement of its readers running.
        "settings": {"cancel_http_readonly_queries_on_client_close": 1},
    }
    if create_database:
        first = get_client(**options)
        first.command(f"CREATE DATABASE IF NOT EXISTS `{home.database}`")
        first.close()
    return get_client(database=home.database, **options)
