"""The same two shops as the queries' tests, with a cache."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from analytics.reports._cache import cache
from clickhouse_schema.client import Warehouse
from clickhouse_schema.queries.loads import DataState, data_state
from tests.clickhouse_schema.queries.conftest import (  # noqa: F401  (fixtures)
    clean,
    online_retail,
    raw_lines,
    shop,
)


@pytest.fixture(autouse=True)
def answers() -> Iterator[None]:
    """A cache that remembers within a test."""
    app = Flask("tests", root_path=".")
    cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
    with app.app_context():
        cache.clear()
        yield


@pytest.fixture
def state(warehouse: Warehouse) -> DataState:
    """What is loaded."""
    return data_state(warehouse)
