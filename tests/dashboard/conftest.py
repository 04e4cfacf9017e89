"""The application, made once: Dash's list of callbacks is empty after the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient

from analytics.reports._cache import cache
from clickhouse_schema.client import Warehouse
from dashboard.app import create_app
from dashboard.config import AppConfig

PAGE = {"Host": "127.0.0.1:8050", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def app(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dash]:
    """The application over the shared warehouse."""
    folder = tmp_path_factory.mktemp("app")
    config = AppConfig.from_env({"CLIENTELE_DATA_DIR": str(folder)}, None)
    yield create_app(config, warehouse)
    cache.app = None


@pytest.fixture
def visitor(app: Dash) -> FlaskClient:
    """A browser's requests from our own page; nothing is remembered from the test before."""
    with app.server.app_context():
        cache.clear()  # data versions begin anew with every emptied warehouse
    client: FlaskClient = app.server.test_client()
    client.environ_base["HTTP_HOST"] = PAGE["Host"]
    client.environ_base["HTTP_SEC_FETCH_SITE"] = PAGE["Sec-Fetch-Site"]
    return client
