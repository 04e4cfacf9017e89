-- What customers who had ordered before {snapshot} did before it, and from then until {until}; one
-- row each. Amounts are the whole ten-thousandths a Decimal(18, 4) holds.
SELECT
    customer_key,
    intDiv(dateDiff('second', maxIf(ordered_at, is_order AND NOT since),
        {snapshot:DateTime('UTC')}), 86400)                             AS recency,
    countIf(is_order AND NOT since)                                     AS frequency,
    sumIf(net, NOT since)                                               AS monetary,
    countIf(is_order AND since)                                         AS orders,
    sumIf(net, since)                                                   AS revenue,
    sumIf(gain, since)                                                  AS margin,
    countIf(is_order AND lately)                                        AS before_orders,
    sumIf(net, lately)                                                  AS before_revenue,
    sumIf(gain, lately)                                                 AS before_margin
FROM
(
    SELECT
        customer_key,
        ordered_at,
        is_order,
        reinterpretAsInt64(net_amount)                                  AS net,
        reinterpretAsInt64(net_amount) - reinterpretAsInt64(cost_amount) AS gain,
        ordered_at >= {snapshot:DateTime('UTC')}                        AS since,
        NOT since AND ordered_at >= {since:DateTime('UTC')}             AS lately
    FROM orders
    WHERE customer_key != 0
      AND ordered_at < {until:DateTime('UTC')}
      AND customer_key IN ({{who}})
)
GROUP BY customer_key
