-- What is known of each member, one row each, in the order of their ids. Members without an
-- order are not left out: they may only have returned something.
SELECT
    customer_id,
    if(match(customer_id, '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'), customer_id, '')
                                                        AS email,
    last_country                                        AS country,
    last_channel                                        AS channel,
    if(orders = 0, NULL, toDate32(first_at))            AS first_order_on,
    if(orders = 0, NULL, toDate32(last_at))             AS last_order_on,
    orders,
    toFloat64(round(bought_units, 3))                   AS units,
    toFloat64(round(bought, 2))                         AS revenue,
    toFloat64(round(came_back, 2))                      AS returned,
    if(orders = 0, NULL, round(toFloat64(bought) / orders, 2)) AS average_order
FROM
(
    SELECT customer_key, any(customer_id) AS customer_id
    FROM customers
    WHERE customer_key IN ({{members}})
    GROUP BY customer_key
) AS named
LEFT JOIN
(
    SELECT
        customer_key,
        argMax(country, ordered_at)                     AS last_country,
        argMax(channel, ordered_at)                     AS last_channel,
        minIf(ordered_at, is_order)                     AS first_at,
        maxIf(ordered_at, is_order)                     AS last_at,
        countIf(is_order)                               AS orders,
        sum(units)                                      AS bought_units,
        sum(net_amount)                                 AS bought,
        sum(returned_amount)                            AS came_back
    FROM orders
    WHERE customer_key IN ({{members}})
    GROUP BY customer_key
) AS bought_of USING customer_key
