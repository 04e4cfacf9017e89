"""Columns are recognised by name, and the documents list every name."""

from __future__ import annotations

from pathlib import Path

import pytest

from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.columns import CANONICAL, SYNONYMS, match_columns, parse_mapping

DOCS = Path(__file__).parents[3] / "docs" / "loading.md"


@pytest.mark.parametrize(
    "seen",
    [
        ("InvoiceNo", "InvoiceDate", "StockCode", "Quantity", "UnitPrice"),
        ("Invoice", "invoice date", "STOCKCODE", "quantity ", "Price"),
        ("order_id", "ordered_at", "product_id", "quantity", "unit_price"),
        ("Order ID", "Order Date", "SKU", "Qty", "Unit-Price"),
    ],
)
def test_names_are_recognised(seen: tuple[str, ...]) -> None:
    """Case, spaces and punctuation do not matter."""
    found = match_columns(seen, {})

    assert list(found.values()) == [0, 1, 2, 3, 4]


def test_no_column_is_used_twice() -> None:
    """What is mapped to one name is not taken for another."""
    seen = ("order", "date", "product", "quantity", "price", "cost")

    found = match_columns(seen, {"unit_price": "cost"})

    assert found["unit_price"] == 5
    assert "unit_cost" not in found


@pytest.mark.parametrize("word", ["order_id", "order_id=", "nonsense=x"])
def test_bad_mappings_are_refused(word: str) -> None:
    """A word that maps nothing is told."""
    with pytest.raises(LoadError, match="--map"):
        parse_mapping([word])


def test_no_synonym_means_two_things() -> None:
    """A name belongs to one canonical column."""
    every = [synonym for synonyms in SYNONYMS.values() for synonym in synonyms]

    assert len(every) == len(set(every))


def test_documents_list_every_name() -> None:
    """docs/loading.md names every canonical column and synonym."""
    text = DOCS.read_text(encoding="utf-8")

    assert [name for name in CANONICAL if f"| `{name}` |" not in text] == []
    missing = [
        synonym
        for name, synonyms in SYNONYMS.items()
        for synonym in synonyms
        if synonym != name.replace("_", "") and synonym not in text
    ]
    assert missing == []
