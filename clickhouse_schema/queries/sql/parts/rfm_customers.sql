-- Customers with an order before {snapshot}, one row each: what was known of them then, and what
-- they bought from then until {until}. Read from each customer's kept history, which takes a third
-- of the time of adding up orders; filters on orders need the orders. What came back is only told
-- where {returns} asks for it.
SELECT
    customer_key,
    recency,
    frequency,
    revenue,
    came_back,
    revenue - {net_of_returns:UInt8} * came_back                        AS monetary,
    year_revenue,
    next_orders,
    next_revenue
FROM
(
    SELECT
        lives.customer_key                                              AS customer_key,
        intDiv(toUInt32({snapshot:DateTime('UTC')}) - last_at, 86400)   AS recency,
        frequency,
        revenue,
        returns.came_back                                               AS came_back,
        year_revenue,
        next_orders,
        next_revenue
    FROM
    (
        {{rfm_histories}}
    ) AS lives
    ANY LEFT JOIN
    (
        SELECT customer_key, sum(reinterpretAsInt64(returned_amount))   AS came_back
        FROM orders
        WHERE {returns:UInt8} = 1
          AND {{all_orders}}
          AND customer_key != 0
          AND returned_amount != 0
          AND ordered_at < {snapshot:DateTime('UTC')}
        GROUP BY customer_key
    ) AS returns ON returns.customer_key = lives.customer_key
    WHERE frequency > 0
    UNION ALL
    SELECT
        customer_key,
        intDiv(dateDiff('second', maxIf(ordered_at, is_order AND known),
            {snapshot:DateTime('UTC')}), 86400)                         AS recency,
        countIf(is_order AND known)                                     AS frequency,
        sumIf(net, known)                                               AS revenue,
        sumIf(returned, known)                                          AS came_back,
        sumIf(net, known
            AND ordered_at >= subtractMonths({snapshot:DateTime('UTC')}, 12)) AS year_revenue,
        countIf(is_order AND NOT known)                                 AS next_orders,
        sumIf(net, NOT known)                                           AS next_revenue
    FROM
    (
        SELECT *, ordered_at < {snapshot:DateTime('UTC')} AS known
        FROM
        (
            {{counted_orders}}
        )
        WHERE NOT ({{all_orders}})
    )
    GROUP BY customer_key
    HAVING frequency > 0
)
