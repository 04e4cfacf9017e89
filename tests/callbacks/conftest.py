"""The shops of the reports' tests, and what the frame knows of them."""

from __future__ import annotations

import pytest

from analytics.reports.shell import ShellFacts, shell_facts
from clickhouse_schema.client import Warehouse
from tests.analytics.reports.conftest import (  # noqa: F401  (fixtures)
    answers,
    online_retail,
    shop,
)


@pytest.fixture
def facts(warehouse: Warehouse, answers: None) -> ShellFacts:  # noqa: F811
    """What is loaded."""
    return shell_facts()
