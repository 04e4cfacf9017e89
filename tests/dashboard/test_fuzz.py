"""Whatever stands in an address bar or a filters store, no reader sees a 500 or a stack trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse_schema.client import Warehouse
from layouts.ids import tile
from tests.conftest import empty
from tests.filling import Line, fill

TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DAYS = st.dates().map(str) | st.sampled_from(["2025-02-30", "9999-12-31", "1970-01-01", "x"]) | JSON
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "start": DAYS,
        "end": DAYS,
        "countries": st.lists(st.sampled_from(["Germany", "x' OR 1", "\x00"]) | TEXT, max_size=3)
        | JSON,
        "channels": JSON,
        "categories": JSON,
        "known_only": JSON,
        "compare": st.sampled_from(["previous", "year", "none"]) | JSON,
        "segment": st.sampled_from(["rfm-champions", "rfm-x", "0123456789abcdef", "' OR"]) | JSON,
    },
)
ADDRESS = st.tuples(
    TEXT, st.dictionaries(st.sampled_from(["from", "to", "country", "segment", "x"]), TEXT)
)
OFTEN = settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", autouse=True)
def shop(warehouse: Warehouse) -> Iterator[None]:
    """A few sales to ask about, and nothing else."""
    empty(warehouse)
    fill(
        warehouse,
        [
            Line("1", "2025-05-01 10:00:00", "10", customer="a"),
            Line("2", "2025-05-02 11:00:00", "20", customer="b", country="France"),
        ],
    )
    yield
    empty(warehouse)


@OFTEN
@given(address=ADDRESS)
def test_any_address_is_a_page_or_not_found(
    visitor: FlaskClient, address: tuple[str, dict[str, str]]
) -> None:
    """Paths and queries of any kind are answered in words."""
    path, asked = address
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())

    answer = visitor.get(f"/{quote(path)}?{query}")

    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@OFTEN
@given(filters=FILTERS | JSON, reader=st.just("ab12") | JSON, number=st.integers() | JSON)
def test_any_store_is_answered(
    visitor: FlaskClient, filters: Any, reader: Any, number: Any
) -> None:
    """A forged gate gets a view of the usual period, or of nothing, never a failure."""
    name = "overview-revenue"

    answer = visitor.post(
        "/_dash-update-component",
        json=_asking(name, {"filters": filters, "reader": reader, "number": number}),
    )

    assert answer.status_code in {200, 204}, answer.text[:400]
    assert "Traceback" not in answer.text
    # A failure would tell its reference. No view at all means an older question than the last.
    assert "eference" not in answer.text


def _key(identity: dict[str, Any]) -> str:
    return json.dumps(identity, sort_keys=True, separators=(",", ":"))


def _asking(name: str, gate: Any) -> dict[str, Any]:
    view, asked = tile("view", name), tile("gate", name)
    return {
        "output": f"{_key(view)}.data",
        "outputs": {"id": view, "property": "data"},
        "inputs": [{"id": asked, "property": "data", "value": gate}],
        "changedPropIds": [f"{_key(asked)}.data"],
        "state": [],
    }
