-- The products that were sold, as a source file would name them.
INSERT INTO staging_products
WITH named AS
(
    SELECT product_key, product_id, description, category, true AS is_product, unit_cost
    FROM staging_sample_products
    WHERE batch_id = {batch:UInt32}
    UNION ALL
    SELECT cityHash64('POST'), 'POST', 'Postage', 'Delivery', false, toDecimal64('4.1', 4)
)
SELECT
    {batch:UInt32}, product_key, product_id, description, category, is_product, unit_cost
FROM named
WHERE product_key IN (SELECT product_key FROM staging_order_lines WHERE batch_id = {batch:UInt32})
