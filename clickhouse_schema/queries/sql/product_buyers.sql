-- The known customers who bought one product, those who spent most on it first, with their number.
SELECT
    names.customer_id                                       AS customer_id,
    bought.orders                                           AS orders,
    bought.units                                            AS units,
    bought.revenue                                          AS revenue,
    bought.last_bought_on                                   AS last_bought_on,
    bought.buyers                                           AS buyers,
    bought.again                                            AS again
FROM
(
    SELECT
        customer_key,
        uniqExact(order_key)                                AS orders,
        sum(reinterpretAsInt64(quantity)) / 1000            AS units,
        sum(reinterpretAsInt64(net_amount)) / 10000         AS revenue,
        toDate(max(ordered_at))                             AS last_bought_on,
        count() OVER ()                                     AS buyers,
        countIf(orders > 1) OVER ()                         AS again
    FROM order_lines
    WHERE product_key = {key:UInt64}
      AND customer_key != 0
      AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
      AND {{lines_of_slice}}
    GROUP BY customer_key
    ORDER BY revenue DESC, customer_key
    LIMIT {top:UInt32}
) AS bought
ANY LEFT JOIN
(
    SELECT customer_key, customer_id
    FROM customers
    WHERE customer_key IN
    (
        SELECT customer_key FROM order_lines WHERE product_key = {key:UInt64}
    )
) AS names ON names.customer_key = bought.customer_key
ORDER BY revenue DESC, customer_id
