-- Which lines describe a product is told by their numbers alone, which is cheaper than keeping the
-- texts of every line's product; their texts are put together once the whole file is read. So a
-- batch has one row per product, and a later part of a file that leaves a text out no longer
-- hides what an earlier part said.

DROP VIEW IF EXISTS load_parsed_products;

-- The lines of each block that describe its products: for each product the last of all, and the
-- last that gives a description, a category, a cost. Emptied when the load is done.
CREATE TABLE IF NOT EXISTS staging_product_lines
(
    batch_id        UInt32,
    line_no         UInt64,
    product_key     UInt64,
    product_id      String,
    description     String,
    category        LowCardinality(String),
    is_product      Bool,
    unit_cost       Decimal(18, 4)
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY tuple();

-- Inside a view load_parsed is the block that comes in, in the inner SELECT too.
CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_products TO staging_product_lines AS
SELECT batch_id, line_no, product_key, product_id, description, category, is_product, unit_cost
FROM load_parsed
WHERE line_no IN
(
    SELECT
        arrayJoin([
            max(line_no),
            maxIf(line_no, description != ''),
            maxIf(line_no, category != ''),
            maxIf(line_no, unit_cost != 0)])
    FROM load_parsed
    WHERE problem = ''
    GROUP BY product_key
);
