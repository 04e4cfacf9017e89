-- What is bought in the same orders as one product, most often first. A filter of categories
-- narrows neither its orders nor its partners: both are of the whole basket.
WITH
    its AS
    (
        SELECT DISTINCT order_key
        FROM order_lines
        WHERE product_key = {key:UInt64} AND {{lines_of_slice}}
    ),
    beside AS
    (
        SELECT product_key, uniqExact(order_key) AS together
        FROM order_lines
        WHERE order_key IN (SELECT order_key FROM its)
          AND product_key != {key:UInt64}
          AND is_product
          AND {{lines_of_slice}}
        GROUP BY product_key
        ORDER BY together DESC, product_key
        LIMIT {top:UInt32}
    )
SELECT
    b.product_key                                                               AS product_key,
    b.together                                                                  AS together,
    o.orders                                                                    AS orders,
    (SELECT count() FROM its)                                                   AS own_orders,
    (SELECT uniqExact(order_key) FROM order_lines WHERE {{lines_of_slice}})     AS all_orders
FROM beside AS b
INNER JOIN
(
    SELECT product_key, uniqExact(order_key) AS orders
    FROM order_lines
    WHERE product_key IN (SELECT product_key FROM beside) AND {{lines_of_slice}}
    GROUP BY product_key
) AS o ON b.product_key = o.product_key
ORDER BY together DESC, product_key
