"""Lists of customers that stay as they are: the members of a group on the day it was saved."""

from __future__ import annotations

from clickhouse_schema.client import Warehouse
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.sets import tagged
from clickhouse_schema.members.stream import EXPORT_LIMITS

MOST_LISTED = 500


def write_list(warehouse: Warehouse, members: Members, list_id: str) -> int:
    """
    Write down the members of a selection under an id of their own, and return how many.

    A process killed meanwhile leaves rows under an id that nothing names.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    warehouse.command(
        "INSERT INTO kept_lists (list_id, customer_key)\n"
        f"SELECT {{list_id:String}}, customer_key FROM (\n{members.text}\n)\n"
        f"{EXPORT_LIMITS.clause(tagged('kept_lists'))}",
        {**members.params, "list_id": list_id},
    )
    counted = warehouse.command(
        "SELECT count() FROM kept_lists WHERE list_id = {list_id:String}", {"list_id": list_id}
    )
    return int(counted)


def list_names(warehouse: Warehouse) -> tuple[str, ...]:
    """Return the lists there are, by name."""
    rows = warehouse.rows(
        "SELECT DISTINCT toString(list_id) AS name FROM kept_lists ORDER BY name"
        f" LIMIT {MOST_LISTED}"
    )
    return tuple(str(name) for (name,) in rows)
