"""The sample retailer as a batch: sized, repeatable, replaceable, and gone without a trace."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError, QueryCancelled
from clickhouse_schema.loading import batches, ledger
from clickhouse_schema.loading.derive import run_step
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.loading.sample_plan import plan
from clickhouse_schema.queries.loads import data_version

STALL = SampleSpec(customers=300, lines=3_000, products=80)
TABLES = (
    "order_lines", "orders", "daily_sales", "product_days", "customer_totals", "products",
    "sample_customers", "sample_products", "sample_pairs",
)  # fmt: skip


@pytest.mark.parametrize("per_customer", [4, 40])
def test_lines_come_right_for_few_and_many_lines_per_customer(empty_warehouse, per_customer):
    """Orders per customer and lines per order give way together."""
    spec = SampleSpec(customers=2_000, lines=2_000 * per_customer, products=200)

    lines = load_sample(empty_warehouse, spec).lines

    assert lines == pytest.approx(spec.lines, rel=0.02)


def test_names_stay_unique_when_a_department_runs_out_of_them(empty_warehouse):
    """60,000 products are more than the words make: sizes tell them apart."""
    spec = SampleSpec(products=60_000)

    run_step(empty_warehouse, "sample_products", 1, {"batch": 1, **plan(spec)})

    rows = empty_warehouse.rows(
        "SELECT count(), uniqExact(description), uniqExact(product_id) FROM staging_sample_products"
    )
    assert rows == [(60_000, 60_000, 60_000)]


def checksums(warehouse: Warehouse) -> list[int]:
    return [
        int(warehouse.command(f"SELECT sum(cityHash64(* EXCEPT batch_id)) FROM {table}"))
        for table in TABLES
    ]


def test_the_same_seed_makes_the_same_shop_and_another_seed_another(empty_warehouse):
    """To the last row of every table, whatever batch it is."""
    load_sample(empty_warehouse, STALL)
    first = checksums(empty_warehouse)
    load_sample(empty_warehouse, replace(STALL, seed=2))
    other = checksums(empty_warehouse)
    load_sample(empty_warehouse, STALL)
    again = checksums(empty_warehouse)

    assert again == first
    assert all(ours != theirs for ours, theirs in zip(first, other, strict=True))


def test_the_same_sample_again_changes_nothing(empty_warehouse):
    """It is recognised by what was asked for."""
    first = load_sample(empty_warehouse, STALL)
    version = data_version(empty_warehouse)

    again = load_sample(empty_warehouse, STALL)

    assert (again.unchanged, again.batch_id, again.lines) == (True, first.batch_id, first.lines)
    assert data_version(empty_warehouse) == version


def test_another_sample_takes_the_place_of_the_first(empty_warehouse):
    """There is one sample retailer at a time, and it counts all its orders."""
    first = load_sample(empty_warehouse, STALL)
    second = load_sample(empty_warehouse, replace(STALL, seed=2))

    assert second.replaced == (first.batch_id,)
    assert [batch.batch_id for batch in ledger.batches(empty_warehouse, "live")] == [
        second.batch_id
    ]
    assert (
        empty_warehouse.command("SELECT countIf(sale_lines > 0 AND NOT is_order) FROM orders") == 0
    )


def test_unloading_takes_the_truth_out_too(empty_warehouse):
    """Nothing of it stays, neither in the tables nor in their staging twins."""
    batch = load_sample(empty_warehouse, STALL).batch_id

    batches.unload(empty_warehouse, batch)

    assert_nothing_left(empty_warehouse)


def test_it_does_not_mix_with_ones_own_data(empty_warehouse):
    """Own data is safe from the sample; the sentence says what to do."""
    own = ledger.begin(empty_warehouse, ledger.Batch(0, 0, "loading", "own.csv"))
    ledger.advance(empty_warehouse, own, "live")

    with pytest.raises(LoadError, match="unload"):
        load_sample(empty_warehouse, STALL)


def test_stopped_half_way_it_leaves_nothing(empty_warehouse):
    """Whoever stops it finds the warehouse as it was."""
    cancel = threading.Event()
    stages: list[str] = []

    def told(progress):
        stages.append(progress.stage)
        if progress.stage == "Making lines":
            cancel.set()

    with pytest.raises(QueryCancelled):
        load_sample(empty_warehouse, STALL, told=told, cancel=cancel)

    assert stages[-1] == "Making lines"
    assert_nothing_left(empty_warehouse)
    assert [batch.state for batch in ledger.batches(empty_warehouse)] == ["failed"]


def assert_nothing_left(warehouse: Warehouse) -> None:
    tables = warehouse.rows(
        "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase()"
        " AND total_rows > 0 AND name NOT IN ('schema_migrations', 'load_ledger')"
    )

    assert tables == []
