-- A product's first day of sale is asked of product_days. The column here was wrong where a part
-- of a load held only returns of a product (the least of no days is 1970), and no query read it.

DROP VIEW IF EXISTS load_parsed_products;

ALTER TABLE products DROP COLUMN IF EXISTS first_sold_on;

ALTER TABLE staging_products DROP COLUMN IF EXISTS first_sold_on;

-- A product is described by what most recently came with it, empty texts aside.
CREATE MATERIALIZED VIEW IF NOT EXISTS load_parsed_products TO staging_products AS
SELECT
    batch_id,
    product_key,
    any(product_id)                                         AS product_id,
    anyLastIf(description, description != '')               AS description,
    anyLastIf(toString(category), category != '')           AS category,
    any(is_product)                                         AS is_product,
    anyLastIf(unit_cost, unit_cost != 0)                    AS unit_cost
FROM load_parsed
WHERE problem = ''
GROUP BY batch_id, product_key;
