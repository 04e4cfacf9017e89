-- One row per order of the batch. An order whose lines carry two times is one order, at the
-- first; those whose lines lie in two slices of time come apart from the rest. An order does
-- not count again where a batch that stays has counted it.
INSERT INTO staging_orders
(
    batch_id, order_key, customer_key, ordered_at, country, channel, store, payment_method,
    is_order, lines, sale_lines, return_lines, units, gross_amount, discount_amount, net_amount,
    cost_amount, returned_amount
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    order_key,
    max(l.customer_key)                                     AS customer_key,
    min(l.ordered_at)                                       AS ordered_at,
    $country                                                AS country,
    $channel                                                AS channel,
    $store                                                  AS store,
    $payment_method                                         AS payment_method,
    sale_lines > 0 AND order_key NOT IN
    (
        SELECT order_key FROM orders
        WHERE is_order AND batch_id NOT IN {replaced:Array(UInt32)}
    )                                                       AS is_order,
    count()                                                 AS lines,
    countIf(kind = 'sale')                                  AS sale_lines,
    countIf(kind = 'return')                                AS return_lines,
    sumIf(quantity, kind = 'sale')                          AS units,
    sumIf(l.net_amount + l.discount_amount, kind = 'sale')  AS gross_amount,
    sumIf(l.discount_amount, kind = 'sale')                 AS discount_amount,
    sumIf(l.net_amount, kind = 'sale')                      AS net_amount,
    sumIf(l.cost_amount, kind = 'sale')                     AS cost_amount,
    -sumIf(l.net_amount, kind = 'return')                   AS returned_amount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
    AND ($which)
GROUP BY order_key
