"""A picture of today's tables in one file, for people who read."""

from __future__ import annotations

from pathlib import Path

from clickhouse_schema.client import Warehouse

SCHEMA_FILE = Path(__file__).parent / "schema.sql"
_HEAD = """-- Today's tables, as all migrations together make them. Generated: do not edit.
-- python -m dashboard migrate --write-schema
"""


def schema_picture(warehouse: Warehouse) -> str:
    """Return the statements that would make the warehouse's tables, by name."""
    rows = warehouse.rows(
        "SELECT create_table_query FROM system.tables WHERE database = {database:String}"
        " ORDER BY name",
        {"database": warehouse.home.database},
    )
    statements = [_readable(str(row[0]), warehouse.home.database) for row in rows]
    return "\n".join([_HEAD, *statements])


def _readable(statement: str, database: str) -> str:
    """Break one long statement into lines, and leave the database's name out."""
    plain = statement.replace(f"{database}.", "")
    depth, line, quoted = 0, "", False
    lines: list[str] = []
    for sign in plain:
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        line += sign
        top = not quoted and depth == 1
        if top and (sign == "," or (sign == "(" and not lines)):
            lines.append(line.strip())
            line = ""
    text = "\n    ".join([*lines, line.strip()])
    for word in (" ENGINE = ", " PARTITION BY ", " ORDER BY ", " SETTINGS ", " AS SELECT "):
        text = text.replace(word, f"\n{word.strip()} ")
    return f"{text};\n"
