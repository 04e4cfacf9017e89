-- What each known customer bought in the batch; from orders, which must be there already.
-- Amounts are added up as the integers that decimals are: a sum of decimals is 128 bits wide.
INSERT INTO staging_customer_totals
(
    batch_id, customer_key, first_order_at, last_order_at, orders, units, net_amount,
    returned_amount, `history.ordered_at`, `history.place_key`, `history.net_amount`
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    o.customer_key                                          AS customer_key,
    minIf(o.ordered_at, o.sale_lines > 0)                   AS first_order_at,
    maxIf(o.ordered_at, o.sale_lines > 0)                   AS last_order_at,
    countIf(o.is_order)                                     AS orders,
    reinterpret(sum(reinterpretAsInt64(o.units)), 'Decimal(18, 3)')
                                                            AS units,
    reinterpret(sum(reinterpretAsInt64(o.net_amount)), 'Decimal(18, 4)')
                                                            AS net_amount,
    reinterpret(sum(reinterpretAsInt64(o.returned_amount)), 'Decimal(18, 4)')
                                                            AS returned_amount,
    groupArray(o.ordered_at)                                AS `history.ordered_at`,
    groupArray(if(o.is_order, cityHash64(o.country, o.channel), 0)) AS `history.place_key`,
    groupArray(o.net_amount)                                AS `history.net_amount`
FROM staging_orders AS o
WHERE o.batch_id = {batch:UInt32} AND o.customer_key != 0
GROUP BY customer_key
HAVING countIf(o.sale_lines > 0) > 0
