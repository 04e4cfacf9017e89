"""A small sample retailer, also as plain frames."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.queries.loads import data_state
from clickhouse_schema.queries.rfm import quintile_cuts, rfm_quantiles
from clickhouse_schema.rules.compile import Judgement
from clickhouse_schema.scoring import Scope
from tests.clickhouse_schema.rules.plain import CELLS, Plain, lines_of
from tests.conftest import empty


@pytest.fixture(scope="package")
def retailer(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse with a sample of some hundred customers."""
    empty(warehouse)
    load_sample(warehouse, SampleSpec(customers=400, lines=4000, products=120))
    yield warehouse
    empty(warehouse)


@pytest.fixture(scope="package")
def lines(retailer: Warehouse) -> pd.DataFrame:
    """Its lines, to be judged in pandas."""
    return lines_of(retailer)


def judged(retailer: Warehouse, lines: pd.DataFrame, scope: Scope) -> tuple[Judgement, Plain]:
    """Return the same moment for the engine and for pandas."""
    snapshot = data_state(retailer).newest_at + timedelta(hours=24)
    cuts = quintile_cuts(rfm_quantiles(retailer, scope, snapshot))
    return Judgement(scope, snapshot, cuts, CELLS), Plain(lines, snapshot, scope)
