-- Loading: every row of a source file passes through load_parsed once, block by block, and each
-- block goes to the staging tables it belongs to. The table itself keeps nothing.
--
-- problem is empty for a row that can be used, or says why it cannot.

CREATE TABLE IF NOT EXISTS load_parsed
(
    batch_id        UInt32,
    line_no         UInt64,
    line_hash       UInt64,
    order_id        String,
    order_key       UInt64,
    customer_key    UInt64,
    customer_id     String,
    product_key     UInt64,
    product_id      String,
    ordered_at      DateTime('UTC'),
    country         LowCardinality(String),
    channel         LowCardinality(String),
    category        LowCardinality(String),
    store           LowCardinality(String),
    payment_method  LowCardinality(String),
    kind            Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    is_product      Bool,
    quantity        Decimal(18, 3),
    unit_price      Decimal(18, 4),
    discount_amount Decimal(18, 4),
    net_amount      Decimal(18, 4),
    cost_amount     Decimal(18, 4),
    unit_cost       Decimal(18, 4),
    description     String,
    problem         LowCardinality(String),
    raw             String
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_lines TO staging_order_lines AS
SELECT
    batch_id, line_no, line_hash, order_id, order_key, customer_key, product_key, ordered_at,
    country, channel, category, store, payment_method, kind, is_product,
    quantity, unit_price, discount_amount, net_amount, cost_amount
FROM load_parsed
WHERE problem = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_customers TO staging_customers AS
SELECT batch_id, customer_key, any(customer_id) AS customer_id
FROM load_parsed
WHERE problem = '' AND customer_key != 0
GROUP BY batch_id, customer_key;

-- A product is described by what most recently came with it, empty texts aside.
CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_products TO staging_products AS
SELECT
    batch_id,
    product_key,
    any(product_id)                                         AS product_id,
    anyLastIf(description, description != '')               AS description,
    anyLastIf(toString(category), category != '')           AS category,
    any(is_product)                                         AS is_product,
    anyLastIf(unit_cost, unit_cost != 0)                    AS unit_cost,
    minIf(toDate(ordered_at), kind = 'sale')                AS first_sold_on
FROM load_parsed
WHERE problem = ''
GROUP BY batch_id, product_key;

CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_rejects TO staging_rejects AS
SELECT batch_id, line_no, problem AS reason, raw
FROM load_parsed
WHERE problem != '';
