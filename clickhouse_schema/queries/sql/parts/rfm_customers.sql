-- Customers with an order before {snapshot}, one row each: what was known of them then, and what
-- they bought from then until {until}.
SELECT
    customer_key,
    intDiv(dateDiff('second', maxIf(ordered_at, is_order AND known),
        {snapshot:DateTime('UTC')}), 86400)                             AS recency,
    countIf(is_order AND known)                                         AS frequency,
    sumIf(net, known)                                                   AS revenue,
    sumIf(returned, known)                                              AS came_back,
    revenue - {net_of_returns:UInt8} * came_back                        AS monetary,
    sumIf(net, known
        AND ordered_at >= subtractMonths({snapshot:DateTime('UTC')}, 12)) AS year_revenue,
    countIf(is_order AND NOT known)                                     AS next_orders,
    sumIf(net, NOT known)                                               AS next_revenue
FROM
(
    SELECT *, ordered_at < {snapshot:DateTime('UTC')} AS known
    FROM
    (
        {{counted_orders}}
    )
)
GROUP BY customer_key
HAVING frequency > 0
