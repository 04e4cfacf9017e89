-- What is known of each member, one row each, in the order of their ids. Members without an
-- order are not left out: they may only have returned something. Where somebody ordered last is a
-- number until the end, and amounts are the whole numbers that decimals are: of half a million
-- members that is a third of the memory.
SELECT
    customer_key,
    customer_id,
    if(match(customer_id, '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'), customer_id, '')
                                                        AS email,
    places.country                                      AS country,
    places.channel                                      AS channel,
    if(orders = 0, NULL, toDate32(first_at))            AS first_order_on,
    if(orders = 0, NULL, toDate32(last_at))             AS last_order_on,
    orders,
    toFloat64(reinterpret(bought_units, 'Decimal(18, 3)')) AS units,
    toFloat64(round(reinterpret(bought, 'Decimal(18, 4)'), 2)) AS revenue,
    toFloat64(round(reinterpret(came_back, 'Decimal(18, 4)'), 2)) AS returned,
    if(orders = 0, NULL, round(bought / 10000 / orders, 2)) AS average_order
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
        argMax(cityHash64(country, channel), ordered_at) AS place_key,
        minIf(ordered_at, is_order)                     AS first_at,
        maxIf(ordered_at, is_order)                     AS last_at,
        countIf(is_order)                               AS orders,
        sum(reinterpretAsInt64(orders.units))           AS bought_units,
        sum(reinterpretAsInt64(net_amount))             AS bought,
        sum(reinterpretAsInt64(returned_amount))        AS came_back
    FROM orders
    WHERE customer_key IN ({{members}})
    GROUP BY customer_key
) AS bought_of USING customer_key
ANY LEFT JOIN
(
    SELECT country, channel, cityHash64(country, channel) AS place_key
    FROM (SELECT DISTINCT country FROM daily_sales) AS countries
    CROSS JOIN (SELECT DISTINCT channel FROM daily_sales) AS channels
) AS places ON places.place_key = bought_of.place_key
