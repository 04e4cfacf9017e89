"""
Writes the statement that turns the rows of a file into order lines.

The rules stand in `sql/parse_lines.sql`; here only the reading of each column
is chosen: by its type in Parquet, by how its text is written elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.columns import CANONICAL
from clickhouse_schema.loading.hints import Hints
from clickhouse_schema.loading.sources import Source

SQL_DIR = Path(__file__).parent / "sql"
PARSED_COLUMNS = (
    "batch_id", "line_no", "line_hash", "order_id", "order_key", "customer_key", "customer_id",
    "product_key", "product_id", "ordered_at", "country", "channel", "category", "store",
    "payment_method", "kind", "is_product", "quantity", "unit_price", "discount_amount",
    "net_amount", "cost_amount", "unit_cost", "description", "problem", "raw",
)  # fmt: skip
_TEXTS = ("order_id", "product_id", "customer_id", "description")
_WORDS = ("country", "channel", "category", "store", "payment_method")
_INTEGER = re.compile(r"^u?int(8|16|32|64)$")
_DECIMAL = re.compile(r"^decimal(?:32|64|128|256)?\((\d+), (\d+)\)$")
_CURRENCY = "^[A-Z]{3} ?| ?[A-Z]{3}$|[\\\\s\\\\x{A0}\\\\x{202F}\\'’£$€¥₹]"


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How the columns of one file are read.

    Attributes:
        source: The file.
        found: Canonical name -> place of its column.
        hints: How its values are written.
        time_zone: The account's, for times that carry an offset.
    """

    source: Source
    found: Mapping[str, int]
    hints: Hints
    time_zone: str = "UTC"


def sql_text(value: str) -> str:
    """Return `value` as an SQL string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def sql_name(name: str) -> str:
    """Return `name` as a quoted SQL identifier."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


@cache
def template(name: str) -> Template:
    """Return `sql/<name>.sql` with its `$slots`."""
    return Template((SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip().rstrip(";"))


def parse_statement(
    reading: Reading, batch_id: int, rows_from: str, line_no: str, non_products: Sequence[str]
) -> str:
    """
    Return the SELECT that gives the rows of `load_parsed`.

    Args:
        reading: How the columns are read.
        batch_id: The batch they become.
        rows_from: Table expression that yields the file's rows.
        line_no: Expression for the number of a row, from 1.
        non_products: Product ids that are no products; a closing `*` stands for any ending.
    """
    mark = "(startsWith(order_id, 'C') AND match(order_id, '^C[0-9]'))"
    return template("parse_lines").substitute(
        batch_id=int(batch_id),
        said=_said(reading),
        cancelled=mark if reading.hints.cancel_mark else "false",
        non_product=_non_product(non_products),
        source=_source_select(reading, rows_from, line_no),
        raw=_raw(reading),
    )


def csv_structure(source: Source) -> str:
    """
    Return the columns of a csv as the engine is told them.

    The last one is NULL when a row has too few fields, and one more behind it
    is not NULL when a row has too many.
    """
    last = len(source.columns)
    names = [f"c{place} String" for place in range(1, last)]
    return ", ".join([*names, f"c{last} Nullable(String)", f"c{last + 1} Nullable(String)"])


def csv_settings(source: Source) -> dict[str, int | str]:
    """Return the settings a csv is read with."""
    return {
        "format_csv_delimiter": source.delimiter,
        "format_csv_allow_double_quotes": 1,
        "format_csv_allow_single_quotes": 0,
        "input_format_csv_skip_first_lines": source.skip_lines,
        "input_format_csv_allow_variable_number_of_columns": 1,
        "input_format_csv_empty_as_default": 0,
        "input_format_csv_skip_trailing_empty_lines": 1,
        "input_format_csv_allow_whitespace_or_tab_as_delimiter": int(source.delimiter in "\t "),
        "input_format_csv_use_best_effort_in_schema_inference": 0,
        "input_format_csv_detect_header": 0,
    }


def _said(reading: Reading) -> str:
    """
    Return the columns the file has, as read: two lines equal in them say the same.

    A text goes in as its hash: those of ids are at hand, and a word's is computed once per word.
    """
    shown = {"discount": "discount_amount"}
    shown |= {name: f"cityHash64({name})" for name in (*_WORDS, "description")}
    shown |= {f"{name}_id": f"{name}_key" for name in ("order", "product", "customer")}
    return ", ".join(shown.get(name, name) for name in CANONICAL if name in reading.found)


def _non_product(codes: Sequence[str]) -> str:
    whole = [sql_text(code) for code in codes if not code.endswith("*")]
    tests = [f"startsWith(product_id, {sql_text(code[:-1])})" for code in codes if code[-1] == "*"]
    if whole:
        tests.append(f"product_id IN ({', '.join(whole)})")
    return " OR ".join(tests) or "false"


def _source_select(reading: Reading, rows_from: str, line_no: str) -> str:
    parts = [f"toUInt64({line_no}) AS line_no"]
    parts += [f"{_text(reading, name)} AS {name}" for name in _TEXTS]
    parts += [f"{_word(reading, name)} AS {name}" for name in _WORDS]
    parts += [
        f"{_time(reading)} AS read_at",
        f"{_number(reading, 'quantity', 3)} AS read_quantity",
        f"{_number(reading, 'unit_price', 4)} AS read_price",
        f"{_number(reading, 'discount', 4)} AS read_discount",
        f"{_number(reading, 'unit_cost', 4)} AS read_cost",
        f"{_shape_problem(reading)} AS read_problem",
        f"tuple({', '.join(_raw_columns(reading))}) AS read_row",
    ]
    return "SELECT\n            " + ",\n            ".join(parts) + f"\n        FROM {rows_from}"


def _kind(reading: Reading, name: str) -> str:
    """Return the arrow type of a Parquet column; `string` everywhere else."""
    source = reading.source
    if source.format != "parquet":
        return "string"
    kind = source.types[reading.found[name]]
    if kind.startswith("dictionary<"):
        kind = kind.removeprefix("dictionary<values=").split(",")[0]
    return kind.removeprefix("large_")


def _column(reading: Reading, name: str) -> str:
    """Return the SQL for the column as the file has it."""
    place, source = reading.found[name], reading.source
    if source.format == "parquet":
        return sql_name(source.columns[place])
    if source.format == "jsonl":
        return f"JSONExtractString(line, {sql_text(source.columns[place])})"
    return _csv_column(source, place)


def _csv_column(source: Source, place: int) -> str:
    last = place == len(source.columns) - 1
    return f"ifNull(c{place + 1}, '')" if last else f"c{place + 1}"


def _raw_text(reading: Reading, name: str) -> str:
    """Return the SQL of a column as text, never NULL."""
    column = _column(reading, name)
    if reading.source.format == "jsonl":
        key = sql_text(reading.source.columns[reading.found[name]])
        return f"JSONExtract(line, {key}, 'String')"
    if reading.source.format != "parquet":
        return column
    kind = _kind(reading, name)
    if kind in {"string", "binary", "string_view"}:
        return f"ifNull({column}, '')"
    if kind.startswith(("list", "struct", "map", "large_list")):
        raise LoadError(f"Column {reading.source.columns[reading.found[name]]!r} holds lists.")
    return f"ifNull(toString({column}), '')"


def _text(reading: Reading, name: str) -> str:
    if name not in reading.found:
        return "''"
    text = f"trimBoth({_raw_text(reading, name)})"
    if name == "customer_id" and reading.hints.float_customers:
        return f"replaceRegexpOne({text}, '\\\\.0$', '')"
    return text


def _word(reading: Reading, name: str) -> str:
    if name not in reading.found:
        return "toLowCardinality('')"
    # Trimmed once per word, not once per line.
    return f"trimBoth(toLowCardinality({_raw_text(reading, name)}))"


def _time(reading: Reading) -> str:
    kind = _kind(reading, "ordered_at")
    column = _column(reading, "ordered_at")
    zoned = reading.hints.zoned
    if kind.startswith("timestamp"):
        zoned = "tz=" in kind
        read = f"toDateTime({column}, 'UTC')"
        span = f"{column} BETWEEN '1970-01-02' AND '2105-12-31'"
        read = f"if({span}, {read}, NULL)"
    elif kind.startswith("date"):
        read = f"toDateTime({column}, 'UTC')"
        read = f"if({column} BETWEEN '1970-01-02' AND '2105-12-31', {read}, NULL)"
    else:
        text = f"trimBoth({_raw_text(reading, 'ordered_at')})"
        parser = f"parseDateTimeBestEffort{'US' if reading.hints.month_first else ''}OrNull"
        parsed = f"{parser}({text}, 'UTC')"
        read = (
            f"if(substring({text}, 2, 2) LIKE '%:%' OR toYear({parsed}) NOT BETWEEN 1971 AND 2105,"
            f" NULL, {parsed})"
        )
    if zoned and reading.time_zone != "UTC":
        return f"{read} + timeZoneOffset(toTimeZone({read}, {sql_text(reading.time_zone)}))"
    return read


def _number(reading: Reading, name: str, scale: int) -> str:
    if name not in reading.found:
        return f"toDecimal64(0, {scale})"
    kind, column = _kind(reading, name), _column(reading, name)
    decimal = _DECIMAL.match(kind)
    if _INTEGER.match(kind):
        read = f"toDecimal64({column}, {scale})"
        if kind.endswith("64"):
            small = f"{column} BETWEEN -10000000000 AND 10000000000"
            read = f"if({small}, toDecimal64(if({small}, {column}, 0), {scale}), NULL)"
    elif decimal and int(decimal[1]) <= 18 and int(decimal[2]) <= scale:
        read = f"toDecimal64({column}, {scale})"
        if int(decimal[1]) - int(decimal[2]) > 10:
            small = f"{column} BETWEEN -99999999999 AND 99999999999"
            read = f"if({small}, toDecimal64(if({small}, {column}, 0), {scale}), NULL)"
    elif decimal or kind in {"float", "double", "halffloat"}:
        read = _rounded(f"toFloat64({column})", scale)
    else:
        return _number_in_text(reading, name, scale)
    return read if name in {"quantity", "unit_price"} else f"ifNull({read}, 0)"


def _rounded(number: str, scale: int) -> str:
    """Return a float as the nearest decimal; NULL when it is no amount at all."""
    usable = f"ifNull(isFinite({number}) AND abs({number}) < 1e11, false)"
    units = f"toInt64(round(if({usable}, assumeNotNull({number}), 0) * 1e{scale}))"
    return f"if({usable}, {units} * toDecimal64('{10**-scale:.{scale}f}', {scale}), NULL)"


def _number_in_text(reading: Reading, name: str, scale: int) -> str:
    text = f"trimBoth({_raw_text(reading, name)})"
    bare = f"replaceRegexpAll({text}, '{_CURRENCY}', '')"
    if reading.hints.plain_numbers:
        read = _decimal(text, scale, reading.hints)
    elif reading.hints.decimal_comma:
        dotless = (
            f"if(match({bare}, '\\\\.[0-9]{{3}}([^0-9]|$)'), replaceAll({bare}, '.', ''), {bare})"
        )
        read = _decimal(f"replaceOne({dotless}, ',', '.')", scale, reading.hints)
    else:
        plain = _decimal(text, scale, reading.hints)
        joined = f"replaceRegexpAll({bare}, ',([0-9]{{3}})', '\\\\1')"
        read = f"if(isNull({plain}), {_decimal(joined, scale, reading.hints)}, {plain})"
    if name in {"quantity", "unit_price"}:
        return read
    return f"if(empty({text}), toDecimal64(0, {scale}), {read})"


def _decimal(text: str, scale: int, hints: Hints) -> str:
    if hints.long_fractions:
        return _rounded(f"toFloat64OrNull({text})", scale)
    return f"toDecimal64OrNull({text}, {scale})"


def _shape_problem(reading: Reading) -> str:
    source = reading.source
    last = len(source.columns)
    if source.format == "parquet":
        return "''"
    if source.format == "jsonl":
        return (
            "multiIf(empty(trimBoth(line)), 'empty row',"
            " JSONType(line) != 'Object', 'not a JSON object', '')"
        )
    empty = "c1 = ''" if last > 1 else "c1 IS NULL"
    return (
        f"multiIf(isNull(c{last}), if({empty}, 'empty row', 'too few columns'),"
        f" ifNull(c{last + 1}, '') != '', 'too many columns', '')"
    )


def _raw_columns(reading: Reading) -> list[str]:
    """Return the columns a refused row is shown with."""
    source = reading.source
    if source.format == "jsonl":
        return ["line"]
    if source.format == "parquet":
        return [sql_name(source.columns[at]) for at in sorted(set(reading.found.values()))]
    return [f"c{place}" for place in range(1, len(source.columns) + 2)]


def _raw(reading: Reading) -> str:
    """Return the SQL for the text of a row, from `read_row`; it must stand inside arrayMap."""
    columns = _raw_columns(reading)
    shown = [
        f"ifNull(toString(if(turn = 0, read_row.{place}, NULL)), '')"
        for place in range(1, len(columns) + 1)
    ]
    if reading.source.format == "jsonl":
        return shown[0]
    delimiter = reading.source.delimiter if reading.source.format == "csv" else ","
    return f"concatWithSeparator({sql_text(delimiter)}, {', '.join(shown)}, '')"
