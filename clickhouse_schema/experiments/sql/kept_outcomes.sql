-- What customer_outcomes tells, read from each customer's kept history in a fraction of the time,
-- of customers with keys up to {last_key}: keys are hashes, so these are a random sample, and they
-- are the first part of the table. Histories know no costs: where {with_costs} asks for them they
-- are added up from the orders of the time, else the margin is the revenue. Only where several
-- batches are loaded are a customer's histories brought together.
WITH (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch
SELECT
    lives.customer_key                                                  AS customer_key,
    intDiv(toUInt32({snapshot:DateTime('UTC')}) - last_at, 86400)       AS recency,
    frequency,
    monetary,
    orders,
    revenue,
    revenue - costs.since                                               AS margin,
    before_orders,
    before_revenue,
    before_revenue - costs.before                                       AS before_margin
FROM
(
    SELECT *
    FROM
    (
        {{kept_outcome}}
    )
    WHERE one_batch
    UNION ALL
    SELECT
        customer_key,
        sum(frequency),
        max(last_at),
        sum(monetary),
        sum(orders),
        sum(revenue),
        sum(before_orders),
        sum(before_revenue)
    FROM
    (
        {{kept_outcome}}
    )
    WHERE NOT one_batch
    GROUP BY customer_key
) AS lives
ANY LEFT JOIN
(
    SELECT
        customer_key,
        sumIf(reinterpretAsInt64(cost_amount), ordered_at >= {snapshot:DateTime('UTC')}) AS since,
        sumIf(reinterpretAsInt64(cost_amount), ordered_at < {snapshot:DateTime('UTC')}) AS before
    FROM orders
    WHERE {with_costs:UInt8} = 1
      AND customer_key != 0
      AND customer_key <= {last_key:UInt64}
      AND ordered_at >= {since:DateTime('UTC')}
      AND ordered_at < {until:DateTime('UTC')}
    GROUP BY customer_key
) AS costs ON costs.customer_key = lives.customer_key
WHERE frequency > 0
