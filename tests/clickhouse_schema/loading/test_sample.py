"""The sample retailer, looked at: as large as asked, like a shop, true to its truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading import ledger
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.loading.sample_plan import LEAST_SEEN
from clickhouse_schema.queries.loads import data_state
from tests.conftest import empty

SHOP = SampleSpec(customers=6_000, lines=80_000, products=160)
LASTING = "launched_on < '2023-10-01' AND ended_on > '2100-01-01'"


@pytest.fixture(scope="module")
def shop(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse with one sample retailer, for tests that only look at it."""
    empty(warehouse)
    load_sample(warehouse, SHOP)
    yield warehouse
    empty(warehouse)


def frame(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    with warehouse.client() as client:
        return client.query_df(sql)


def number(warehouse: Warehouse, sql: str) -> float:
    return float(warehouse.command(sql))


# --- Size, grains and shares ---


def test_customers_lines_and_products_are_as_many_as_asked(shop):
    """Every customer has an order; lines are within 1%; a few products may find no buyer."""
    lines = number(shop, "SELECT count() FROM order_lines")
    buyers = number(shop, "SELECT uniqExact(customer_key) FROM order_lines WHERE customer_key != 0")
    products = number(shop, "SELECT uniqExact(product_key) FROM order_lines WHERE is_product")

    assert lines == pytest.approx(SHOP.lines, rel=0.01)
    assert buyers == SHOP.customers
    assert products == pytest.approx(SHOP.products, rel=0.02)


def test_every_grain_tells_the_same_revenue(shop):
    """Lines, orders, days and products add up to the same money; customers to the known part."""
    revenue = shop.command("SELECT sumIf(net_amount, kind = 'sale') FROM order_lines")
    known = shop.command("SELECT sumIf(net_amount, customer_key != 0) FROM orders")

    for table in ("orders", "daily_sales", "product_days"):
        assert shop.command(f"SELECT sum(net_amount) FROM {table}") == revenue
    assert shop.command("SELECT sum(net_amount) FROM customer_totals") == known


def test_the_history_ends_on_its_last_day_and_nothing_lies_outside(shop):
    """First and last day have orders; returns after the end are not known yet."""
    state = data_state(shop)
    newest = shop.command("SELECT toDate(max(ordered_at)) FROM order_lines")

    assert (state.first_day, state.today) == (SHOP.first_day, pd.Timestamp("2025-12-01").date())
    assert newest == SHOP.last_day.isoformat()
    assert (state.is_sample, state.currency) == (True, "EUR")


def test_every_line_has_a_number_of_its_own(shop):
    """As if they were rows of a file."""
    rows = shop.rows("SELECT count(), uniqExact(line_no), min(line_no) FROM order_lines")

    assert rows[0][0] == rows[0][1]
    assert rows[0][2] == 1


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        ("countIf(kind = 'return') / count()", 0.03, 0.08),
        ("uniqExactIf(order_key, customer_key = 0) / uniqExact(order_key)", 0.03, 0.08),
        ("countIf(NOT is_product) / count()", 0.005, 0.05),
        ("countIf(kind = 'correction') / count()", 0.0001, 0.002),
        ("countIf(kind = 'free') / count()", 0.0001, 0.003),
        ("toFloat64(sum(discount_amount)) / toFloat64(sum(net_amount))", 0.01, 0.08),
        ("1 - toFloat64(sum(cost_amount)) / toFloat64(sum(net_amount))", 0.35, 0.55),
    ],
)
def test_shares_are_those_of_a_shop(shop, share, low, high):
    """Returns, nameless orders, postage, corrections, gifts, discounts and margin."""
    assert low < number(shop, f"SELECT {share} FROM order_lines") < high


def test_returns_undo_an_earlier_sale(shop):
    """A cancellation bears its order's number, comes later and never exceeds it."""
    odd = shop.command(
        "SELECT count() FROM"
        " (SELECT substring(order_id, 2) AS id, product_key, quantity, ordered_at"
        "  FROM order_lines WHERE kind = 'return') AS r"
        " LEFT JOIN (SELECT order_id, product_key, max(quantity) AS bought, min(ordered_at) AS at"
        "  FROM order_lines WHERE kind = 'sale' GROUP BY order_id, product_key) AS s"
        " ON r.id = s.order_id AND r.product_key = s.product_key"
        " WHERE s.bought < -r.quantity OR r.ordered_at <= s.at OR s.bought = 0"
    )

    assert odd == 0


def test_repeated_lines_are_told(shop):
    """Some lines are typed twice; the ledger and the table of duplicates count them."""
    told = shop.command("SELECT count() FROM duplicate_lines")
    batch = ledger.batches(shop, "live")[0]

    assert 0 < told == batch.duplicates < SHOP.lines / 200


def test_products_have_readable_names_of_their_own_and_money_has_cents(shop):
    """Nothing is called 'Product 17', and no price is 24.9899."""
    names = frame(shop, "SELECT description, product_id FROM sample_products")
    broken = shop.command(
        "SELECT countIf(unit_price * 100 != round(unit_price * 100)) FROM order_lines"
    )

    assert names["description"].is_unique
    assert names["product_id"].is_unique
    assert names["description"].str.fullmatch(r"\S+( \S+)+").all()
    assert broken == 0


# --- A believable year ---


def monthly(shop: Warehouse, column: str) -> pd.DataFrame:
    table = frame(
        shop,
        f"SELECT toString({column}) AS what, toYYYYMM(ordered_at) AS month,"
        " count() AS orders FROM orders WHERE is_order GROUP BY what, month",
    )
    return table.pivot(index="month", columns="what", values="orders").fillna(0)


def test_countries_differ_in_size_and_fate(shop):
    """Germany leads, the United Kingdom falls, Poland was launched lately."""
    orders = monthly(shop, "country")
    before, after = orders.loc[202404:202409].sum(), orders.loc[202504:202509].sum()

    assert orders.sum().idxmax() == "Germany"
    assert after["United Kingdom"] / before["United Kingdom"] < 0.95
    assert (orders.loc[:202409, "Poland"].sum(), after["Poland"] > 0) == (0, True)
    assert after.sum() > before.sum()


def test_the_app_grows_and_stores_fall(shop):
    """Channels move against each other."""
    orders = monthly(shop, "channel")
    shares = orders.div(orders.sum(axis="columns"), axis="index")
    change = shares.loc[202506:202511].mean() - shares.loc[202310:202403].mean()

    assert change["Mobile app"] > 0.05
    assert change["Store"] < -0.05


def test_stores_keep_hours_and_the_web_has_evenings(shop):
    """No till rings at night; online 20 h beats 5 h many times; Saturday is the stores' day."""
    hours = frame(
        shop,
        "SELECT channel, toHour(ordered_at) AS hour, toDayOfWeek(ordered_at) AS weekday,"
        " count() AS orders FROM orders WHERE is_order GROUP BY channel, hour, weekday",
    )
    store = hours[hours["channel"] == "Store"]
    online = hours[hours["channel"] == "Web"].groupby("hour")["orders"].sum()
    days = store.groupby("weekday")["orders"].sum()

    assert store["hour"].between(9, 19).all()
    assert online[20] > 10 * online[4]
    assert days.idxmax() == 6
    assert days.idxmin() == 7


def test_december_is_the_peak_and_few_products_make_most_of_the_money(shop):
    """A yearly season and a long tail."""
    revenue = frame(
        shop,
        "SELECT toYYYYMM(day) AS month, toFloat64(sum(net_amount)) AS revenue FROM daily_sales"
        " WHERE toYear(day) = 2024 GROUP BY month",
    ).set_index("month")["revenue"]
    products = frame(
        shop,
        "SELECT toFloat64(sum(net_amount)) AS revenue FROM product_days GROUP BY product_key"
        " ORDER BY revenue DESC",
    )["revenue"]

    assert revenue.idxmax() in (202411, 202412)
    assert revenue.max() > 1.5 * revenue.median()
    assert products.head(len(products) // 5).sum() > 0.5 * products.sum()


# --- The planted truth can be found ---


def test_planted_pairs_have_their_lift(shop):
    """At least 95% are bought together twice as often as chance has it; on average as planned."""
    pairs = frame(
        shop,
        "WITH l AS (SELECT DISTINCT order_key, product_key FROM order_lines WHERE kind = 'sale'),"
        " c AS (SELECT product_key, count() AS orders FROM l GROUP BY product_key),"
        " (SELECT uniqExact(order_key) FROM l) AS whole"
        " SELECT p.lift AS planted, t.orders * whole / (a.orders * b.orders) AS found"
        " FROM sample_pairs AS p"
        " LEFT JOIN (SELECT x.product_key AS ka, y.product_key AS kb, count() AS orders"
        "  FROM l AS x INNER JOIN l AS y ON x.order_key = y.order_key GROUP BY ka, kb) AS t"
        "  ON t.ka = p.product_key_a AND t.kb = p.product_key_b"
        " INNER JOIN c AS a ON a.product_key = p.product_key_a"
        " INNER JOIN c AS b ON b.product_key = p.product_key_b",
    )

    assert len(pairs) >= 8
    assert (pairs["found"] > 2).mean() >= 0.95
    assert (pairs["found"] / pairs["planted"]).mean() == pytest.approx(1, abs=0.15)


def test_promotions_sell_more_and_most_where_customers_mind_the_price(shop):
    """Units per week on promotion against other weeks, steady and lasting products."""
    weeks = frame(
        shop,
        "SELECT product_no, elasticity, toMonday(ordered_at) AS week,"
        " toFloat64(sum(quantity)) AS units,"
        " toFloat64(max(discount_amount)) > 0 AS promoted"
        " FROM order_lines INNER JOIN sample_products USING (product_key)"
        f" WHERE kind = 'sale' AND demand_kind = 'steady' AND {LASTING} AND product_no < 100"
        " GROUP BY product_no, elasticity, week",
    )
    # Beside the week's other sales: most promotions fall into quiet months.
    weeks["units"] /= weeks.groupby("week")["units"].transform("sum")
    means = weeks.groupby(["product_no", "promoted"])["units"].mean().unstack().dropna()
    gain = np.log(means[1] / means[0])
    elasticity = weeks.groupby("product_no")["elasticity"].first().loc[gain.index]
    minding = elasticity < elasticity.median()

    assert (gain > 0).mean() > 0.9
    assert gain[minding].mean() > gain[~minding].mean() + 0.05


def test_steady_seasonal_and_erratic_products_can_be_told_apart(shop):
    """Per month, among products that sell: steady is even, seasonal only once its season is out."""
    units = frame(
        shop,
        "SELECT product_no, toString(demand_kind) AS kind, toYYYYMM(day) AS month,"
        " toFloat64(sum(units)) AS units"
        " FROM product_days INNER JOIN sample_products USING (product_key)"
        f" WHERE {LASTING} AND day < '2025-10-01'"
        " GROUP BY product_no, kind, month",
    )
    kinds = units.groupby("product_no")["kind"].first()
    table = units.pivot(index="product_no", columns="month", values="units").fillna(0)
    table = table[table.mean(axis="columns") >= 20]
    # Two years: the mean of the same months is each product's own season.
    season = table.T.groupby(table.columns % 100).transform("mean").T
    spread = table.std(axis="columns") / table.mean(axis="columns")
    left = (table - season).std(axis="columns") / table.mean(axis="columns")
    kinds = kinds.loc[table.index]

    assert (spread[kinds == "steady"] < 0.5).mean() >= 0.9
    assert (spread[kinds == "erratic"] > 1).mean() >= 0.9
    assert (spread[kinds == "seasonal"] > 0.5).mean() >= 0.9
    assert (left[kinds == "seasonal"] < 0.5).mean() >= 0.9


def test_a_kind_is_planted_only_where_it_can_be_seen(shop):
    """Products of a kind are to sell 18 lines a month or more, the slow ones fewer, and do."""
    products = frame(
        shop,
        "SELECT toString(demand_kind) AS kind, popularity, sold.lines AS lines"
        " FROM sample_products LEFT JOIN (SELECT product_key, count() AS lines FROM order_lines"
        "  WHERE kind = 'sale' GROUP BY product_key) AS sold USING (product_key)",
    )
    planned = products["popularity"] / products["popularity"].sum() * SHOP.lines / 26
    slow = products["kind"] == "slow"

    assert set(products["kind"]) == {"steady", "seasonal", "erratic", "slow"}
    assert planned[slow].max() < LEAST_SEEN <= planned[~slow].min()
    assert products["lines"][slow].mean() / 26 < LEAST_SEEN < products["lines"][~slow].mean() / 26


def test_lives_can_be_found_from_what_customers_did(shop):
    """Clusters on orders, tenure, gaps and how long ago agree with the planted lives."""
    customers = frame(
        shop,
        "SELECT any(life) AS life,"
        " arraySort(groupArray(toUnixTimestamp(ordered_at) / 86400)) AS days"
        " FROM orders INNER JOIN sample_customers USING (customer_key)"
        " WHERE is_order GROUP BY customer_key ORDER BY customer_key",
    )
    today = pd.Timestamp("2025-12-01").timestamp() / 86400

    def features(days: np.ndarray) -> tuple[float, ...]:
        tenure = days[-1] - days[0]
        longest = max(np.diff(days), default=0.0)
        return (
            np.log(len(days)),
            (today - days[-1]) / (today - days[0]),
            np.log1p(tenure),
            longest / tenure if tenure else 0.0,
        )

    table = np.array([features(np.asarray(days)) for days in customers["days"]])
    found = KMeans(6, n_init=10, random_state=0).fit_predict(StandardScaler().fit_transform(table))

    assert adjusted_rand_score(customers["life"], found) >= 0.7
