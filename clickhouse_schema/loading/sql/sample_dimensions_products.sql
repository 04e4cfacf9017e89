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
    {batch:UInt32}, n.product_key, n.product_id, n.description, n.category, n.is_product,
    n.unit_cost, s.first_sold_on
FROM named AS n
INNER JOIN
(
    SELECT product_key, toDate(min(ordered_at)) AS first_sold_on
    FROM staging_order_lines
    WHERE batch_id = {batch:UInt32}
    GROUP BY product_key
) AS s ON n.product_key = s.product_key
