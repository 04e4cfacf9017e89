-- The batch's orders again, those counted nowhere else counting here.
INSERT INTO staging_orders
SELECT
    * REPLACE (is_order OR (sale_lines > 0 AND order_key NOT IN
    (
        SELECT order_key FROM orders WHERE is_order
    )) AS is_order)
FROM orders
WHERE batch_id = {batch:UInt32}
