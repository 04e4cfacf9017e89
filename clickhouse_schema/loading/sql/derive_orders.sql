-- One row per order of the batch. An order whose lines carry two times is one order, at the
-- first; those whose lines lie in two slices of time come apart from the rest. An order does
-- not count again where a batch that stays has counted it. Of words that differ among its lines
-- it has the last in the order of the alphabet, so that a word given on some lines only is kept.
-- Amounts are added up as the integers that decimals are, which halves what each order holds
-- meanwhile: a sum of decimals is 128 bits wide.
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
    reinterpret(sumIf(reinterpretAsInt64(l.quantity), kind = 'sale'), 'Decimal(18, 3)')
                                                            AS units,
    reinterpret(net + off, 'Decimal(18, 4)')                AS gross_amount,
    reinterpret(sumIf(reinterpretAsInt64(l.discount_amount), kind = 'sale') AS off,
        'Decimal(18, 4)')                                   AS discount_amount,
    reinterpret(sumIf(reinterpretAsInt64(l.net_amount), kind = 'sale') AS net,
        'Decimal(18, 4)')                                   AS net_amount,
    reinterpret(sumIf(reinterpretAsInt64(l.cost_amount), kind = 'sale'), 'Decimal(18, 4)')
                                                            AS cost_amount,
    reinterpret(-sumIf(reinterpretAsInt64(l.net_amount), kind = 'return'), 'Decimal(18, 4)')
                                                            AS returned_amount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
    AND ($which)
GROUP BY order_key
