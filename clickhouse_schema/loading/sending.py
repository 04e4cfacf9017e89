"""Sends the rows of a file to a ClickHouse server, in a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.derive import batch_tag
from clickhouse_schema.loading.sources import Source, open_text
from clickhouse_schema.loading.transform import (
    PARSED_COLUMNS,
    Reading,
    csv_settings,
    csv_structure,
    parse_statement,
    sql_name,
    sql_text,
)

# Rows are cut into blocks of this size: fewer parts to read back, within the memory bar.
_BLOCK_ROWS = 262_144
_CHUNK = 1 << 20
_ENGINE_TYPES = {
    "bool": "Bool",
    "halffloat": "Float32",
    "float": "Float32",
    "double": "Float64",
    "date32[day]": "Date32",
    "string": "String",
    "large_string": "String",
}


def block_settings(batch_id: int, **more: int | str) -> str:
    """Return the settings of the statement that stages rows, tagged with its batch."""
    settings: dict[str, int | str] = {
        "max_insert_threads": 2,
        "parallel_view_processing": 1,
        # A view gives each key of a block once: another look for equal ones would find none.
        "optimize_on_insert": 0,
        "short_circuit_function_evaluation": "disable",
        "max_insert_block_size": _BLOCK_ROWS,
        "min_insert_block_size_rows": _BLOCK_ROWS,
        "min_insert_block_size_bytes": 0,
        "min_insert_block_size_rows_for_materialized_views": _BLOCK_ROWS,
        "log_comment": batch_tag(batch_id),
        **more,
    }
    shown = [
        f"{name} = {sql_text(value) if isinstance(value, str) else value}"
        for name, value in settings.items()
    ]
    return ", ".join(shown)


def server_insert(
    warehouse: Warehouse, batch_id: int, reading: Reading, non_products: tuple[str, ...]
) -> Callable[[], None]:
    """Return the work that sends every row; the rows are numbered in the order they are sent."""

    def statement(rows_from: str, first: int, form: str, **more: int | str) -> bytes:
        line_no = f"rowNumberInAllBlocks() + {first}"
        select = parse_statement(reading, batch_id, rows_from, line_no, non_products)
        # One thread: the numbers follow the blocks.
        settings = block_settings(batch_id, **{**more, "max_insert_threads": 1, "max_threads": 1})
        columns = ", ".join(PARSED_COLUMNS)
        sql = f"INSERT INTO load_parsed ({columns})\n{select}\nSETTINGS {settings} FORMAT {form}\n"
        return sql.encode()

    def send(query: bytes, body: Iterator[bytes]) -> None:
        def whole() -> Iterator[bytes]:
            yield query
            yield from body

        with warehouse.client() as client:
            client.raw_insert(insert_block=whole())  # type: ignore[arg-type,call-arg]

    def work() -> None:
        source = reading.source
        if source.format == "parquet":
            structure = _parquet_structure(reading)
            first = 1
            for rows, block in _parquet_blocks(reading):
                query = statement(f"input({sql_text(structure)})", first, "ArrowStream")
                send(query, iter([block]))
                first += rows
        elif source.format == "jsonl":
            send(statement("input('line String')", 1, "LineAsString"), _text_blocks(source))
        else:
            table = f"input({sql_text(csv_structure(source))})"
            send(statement(table, 1, "CSV", **csv_settings(source)), _text_blocks(source))

    return work


def _text_blocks(source: Source) -> Iterator[bytes]:
    with open_text(source) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _parquet_structure(reading: Reading) -> str:
    source = reading.source
    columns = sorted(set(reading.found.values()))
    return ", ".join(
        f"{sql_name(source.columns[at])} Nullable({_engine_type(source.types[at])})"
        for at in columns
    )


def _engine_type(kind: str) -> str:
    if kind.startswith("dictionary<"):
        return "String"
    if kind.startswith("timestamp["):
        return "DateTime64(6, 'UTC')"
    if kind.startswith("decimal"):
        return f"Decimal({kind.partition('(')[2]}"
    if kind.startswith(("int", "uint")):
        return kind.replace("uint", "UInt") if kind[0] == "u" else kind.replace("int", "Int")
    if kind not in _ENGINE_TYPES:
        raise LoadError(f"A column of type {kind} cannot be loaded.")
    return _ENGINE_TYPES[kind]


def _parquet_blocks(reading: Reading) -> Iterator[tuple[int, bytes]]:
    """Yield rows and their Arrow stream, some hundred thousand rows at a time."""
    import pyarrow
    import pyarrow.parquet

    source = reading.source
    names = [source.columns[at] for at in sorted(set(reading.found.values()))]
    with pyarrow.parquet.ParquetFile(source.path) as file:
        for batch in file.iter_batches(batch_size=_BLOCK_ROWS, columns=names):
            sink: Any = pyarrow.BufferOutputStream()
            with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            yield batch.num_rows, sink.getvalue().to_pybytes()
