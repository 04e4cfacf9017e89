"""Groups of customers: their numbers, binned or sampled, and who is in which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from clickhouse_schema.client import Warehouse, load_sql, run_statement
from clickhouse_schema.clusters.features import SIEVED, Population, Sieve, features_sql
from clickhouse_schema.clusters.model import ClusterModel, nearest_sql, transformed_sql
from clickhouse_schema.limits import Limits
from clickhouse_schema.members.facts import Members
from clickhouse_schema.rules.compile import renamed

CLUSTER_EXAMPLES = {
    "customer_key": "uint64",
    "customer_id": "str",
    "country": "str",
    "channel": "str",
}
CLUSTER_MIX = {"cluster": "int64", "kind": "str", "name": "str", "revenue": "float64"}
CLUSTER_MOVES = {"before": "int64", "now": "int64", "customers": "int64", "revenue": "float64"}
MOST_CELLS = 1_000_000


def cluster_customers(warehouse: Warehouse, population: Population) -> int:
    """
    Return about how many customers have an order in the window, to within a per cent.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text = """SELECT uniqCombined(customer_key) AS customers
FROM
(
    {{counted_orders}}
)
WHERE is_order
  AND ordered_at >= {since:DateTime('UTC')}"""
    text = text.replace("{{counted_orders}}", load_sql("parts/counted_orders"))
    params = population.params()
    frame = run_statement(warehouse, "cluster_customers", text, params, {"customers": "int64"})
    return int(frame["customers"].iloc[0])


def cluster_sample(
    warehouse: Warehouse, words: Sequence[str], population: Population, sieve: Sieve
) -> pd.DataFrame:
    """
    Return the numbers of some customers, always the same ones, by ascending key.

    Returns:
        One row per customer: `customer_key`, `x1`, `x2` ... in the order of `words`, `revenue`
        (account currency) and `frequency` (orders), both of the window.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    inner, params = features_sql(words, population, sieve)
    numbers = [f"x{place}" for place in range(1, len(words) + 1)]
    text = (
        f"SELECT\n    customer_key,\n    {''.join(f'{x}, ' for x in numbers)}\n    revenue / 10000 "
        f"AS spent,\n    frequency\nFROM\n(\n{inner}\n)\nORDER BY customer_key"
    )
    columns = {"customer_key": "uint64"} | dict.fromkeys(numbers, "float64")
    columns |= {"spent": "float64", "frequency": "int64"}
    frame = run_statement(warehouse, "cluster_sample", text, params, columns)
    return frame.rename(columns={"spent": "revenue"})


def cluster_cells(
    warehouse: Warehouse, model: ClusterModel, population: Population, width: float
) -> pd.DataFrame:
    """
    Return all customers as cells of a grid over their standardised numbers.

    Args:
        warehouse: Where to ask.
        model: Features and how they are made comparable; its centres do not matter.
        population: Whose.
        width: Of a cell, in standard deviations.

    Returns:
        One row per cell that holds somebody, in an order that does not change: `customers`,
        and the mean of their standardised numbers `t1`, `t2` ...

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    inner, params = features_sql(model.words, population)
    numbers, more = transformed_sql(model.powers)
    params |= more | {
        "means": list(model.means), "deviations": list(model.deviations), "width": width,
    }  # fmt: skip
    wide = range(1, len(model.words) + 1)
    standard = ",\n    ".join(
        f"({sql} - {{means:Array(Float64)}}[{place}]) / {{deviations:Array(Float64)}}[{place}]"
        f" AS t{place}"
        for place, sql in zip(wide, numbers, strict=True)
    )
    cells = ", ".join(f"toInt16(floor(t{place} / {{width:Float64}})) AS c{place}" for place in wide)
    means = ", ".join(f"avg(t{place}) AS m{place}" for place in wide)
    names = ", ".join(f"c{place}" for place in wide)
    text = (
        f"SELECT count() AS customers, {means}\nFROM\n(\nSELECT\n    {standard},\n    {cells}\n"
        f"FROM\n(\n{inner}\n)\n)\nGROUP BY {names}\nORDER BY {names}"
    )
    columns = {"customers": "int64"} | {f"m{place}": "float64" for place in wide}
    limits = replace(warehouse.limits, result_rows=MOST_CELLS)
    frame = run_statement(warehouse, "cluster_cells", text, params, columns, limits=limits)
    return frame.rename(columns={f"m{place}": f"t{place}" for place in wide})


def cluster_sizes(
    warehouse: Warehouse,
    model: ClusterModel,
    population: Population,
    more: Sequence[str] = (),
    limits: Limits | None = None,
) -> pd.DataFrame:
    """
    Return how large each cluster is and what its customers are like.

    Args:
        warehouse: Where to ask.
        model: Who is in which.
        population: Whose.
        more: Features besides the model's, to be told too.

    Returns:
        One row per cluster that holds somebody, ascending: `cluster`, `customers`, `revenue`
        (account currency), `orders`, `distance` (sum of squared distances to the centre), and
        the means `x1`, `x2` ... of the model's features and then of `more`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    inner, params = features_sql((*model.words, *more), population)
    nearest, bound = nearest_sql(model, inner)
    wide = range(1, len(model.words) + len(more) + 1)
    means = "".join(f",\n    avg(x{place}) AS m{place}" for place in wide)
    text = (
        "SELECT\n    cluster,\n    count() AS customers,\n    sum(revenue) / 10000 AS spent,\n"
        f"    sum(frequency) AS orders,\n    sum(distance) AS far{means}\nFROM\n(\n{nearest}\n)\n"
        "GROUP BY cluster\nORDER BY cluster"
    )
    columns = {
        "cluster": "int64", "customers": "int64", "spent": "float64", "orders": "int64",
        "far": "float64",
    } | {f"m{place}": "float64" for place in wide}  # fmt: skip
    frame = run_statement(warehouse, "cluster_sizes", text, params | bound, columns, limits=limits)
    names = {"spent": "revenue", "far": "distance"} | {f"m{place}": f"x{place}" for place in wide}
    return frame.rename(columns=names)


def cluster_mix(
    warehouse: Warehouse, model: ClusterModel, population: Population, sieve: Sieve
) -> pd.DataFrame:
    """
    Return what customers of each cluster spent, by category, channel and country.

    Returns:
        One row per cluster, `kind` (category, channel, country) and `name` with revenue:
        the `revenue` in the window of the customers that the sieve keeps, account currency.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    inner, params = features_sql(model.words, population, sieve)
    nearest, bound = nearest_sql(model, inner)
    text = f"""SELECT
    groups.cluster AS cluster,
    part.1 AS kind,
    part.2 AS name,
    sum(net) / 10000 AS revenue
FROM
(
    SELECT customer_key, category, channel, country, reinterpretAsInt64(net_amount) AS net
    FROM order_lines
    WHERE kind = 'sale'
      AND ordered_at >= {{since:DateTime('UTC')}}
      AND ordered_at < {{until:DateTime('UTC')}}
      AND (empty({{countries:Array(String)}}) OR country IN {{countries:Array(String)}})
      AND (empty({{channels:Array(String)}}) OR channel IN {{channels:Array(String)}})
      AND (empty({{categories:Array(String)}}) OR category IN {{categories:Array(String)}})
      AND {load_sql("parts/in_segment")}
      AND {SIEVED}
) AS lines
INNER JOIN
(
SELECT customer_key, cluster
FROM
(
{nearest}
)
) AS groups USING (customer_key)
ARRAY JOIN
    [
        ('category', toString(category)),
        ('channel', toString(channel)),
        ('country', toString(country))
    ] AS part
GROUP BY cluster, kind, name
ORDER BY cluster, kind, revenue DESC, name"""
    return run_statement(warehouse, "cluster_mix", text, params | bound, CLUSTER_MIX)


def cluster_examples(warehouse: Warehouse, keys: Sequence[int]) -> pd.DataFrame:
    """
    Return who some customers are, in the order of `keys`.

    Returns:
        `customer_key`, `customer_id` as loaded, `country` and `channel` of the last order.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text = """SELECT customer_key, customer_id, country, channel
FROM
(
    SELECT
        customer_key,
        argMax(country, ordered_at) AS country,
        argMax(channel, ordered_at) AS channel
    FROM orders
    WHERE customer_key IN {keys:Array(UInt64)} AND is_order
    GROUP BY customer_key
) AS lives
ANY LEFT JOIN
(
    SELECT customer_key, any(customer_id) AS customer_id
    FROM customers
    WHERE customer_key IN {keys:Array(UInt64)}
    GROUP BY customer_key
) AS names USING (customer_key)
ORDER BY indexOf({keys:Array(UInt64)}, customer_key)"""
    held = {"keys": list(keys)}
    return run_statement(warehouse, "cluster_examples", text, held, CLUSTER_EXAMPLES)


def cluster_moves(
    warehouse: Warehouse,
    before: tuple[ClusterModel, Population],
    now: tuple[ClusterModel, Population],
) -> pd.DataFrame:
    """
    Return customers by their cluster in one model and in another.

    Returns:
        One row per pair that occurs: `before`, `now` (clusters; 0: that model does not hold
        them), `customers`, `revenue` (of the window of the model that holds them, the later
        one's where both do; account currency).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    first, params = renamed(*placed(*before), "old_")
    second, more = renamed(*placed(*now), "new_")
    params |= more
    text = f"""SELECT
    was_in AS before,
    is_in AS now,
    count() AS customers,
    sum(if(is_in > 0, new_revenue, old_revenue)) / 10000 AS spent
FROM
(
    SELECT
        customer_key,
        max(was) AS was_in,
        max(is) AS is_in,
        sumIf(revenue, was > 0) AS old_revenue,
        sumIf(revenue, is > 0) AS new_revenue
    FROM
    (
        SELECT customer_key, cluster AS was, 0 AS is, revenue FROM ({first})
        UNION ALL
        SELECT customer_key, 0 AS was, cluster AS is, revenue FROM ({second})
    )
    GROUP BY customer_key
)
GROUP BY before, now
ORDER BY before, now"""
    columns = {"before": "int64", "now": "int64", "customers": "int64", "spent": "float64"}
    frame = run_statement(warehouse, "cluster_moves", text, params, columns)
    return frame.rename(columns={"spent": "revenue"})


def members_of_clusters(
    model: ClusterModel, population: Population, clusters: Sequence[int], name: str = ""
) -> Members:
    """Return the customers of some clusters as a selection: to be counted, kept or exported."""
    text, params = placed(model, population)
    text = f"SELECT customer_key\nFROM\n(\n{text}\n)\nWHERE cluster IN {{clusters:Array(UInt8)}}"
    return Members(text, params | {"clusters": list(clusters)}, name)


def placed(model: ClusterModel, population: Population) -> tuple[str, dict[str, object]]:
    """Return SQL of each customer's nearest `cluster` by `customer_key`, and what is bound."""
    inner, params = features_sql(model.words, population)
    text, bound = nearest_sql(model, inner)
    return text, params | bound
