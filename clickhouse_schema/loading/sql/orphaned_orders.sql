-- Batches that hold orders which were bought but are counted nowhere any more.
SELECT DISTINCT batch_id
FROM
(
    SELECT order_key, minIf(batch_id, sale_lines > 0) AS batch_id
    FROM orders
    WHERE order_key IN (SELECT order_key FROM orders WHERE sale_lines > 0 AND NOT is_order)
    GROUP BY order_key
    HAVING countIf(is_order) = 0
)
ORDER BY batch_id
