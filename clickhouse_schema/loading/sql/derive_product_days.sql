-- Sales per product and day, over all countries and channels.
-- Amounts are added up as the integers that decimals are: a sum of decimals is 128 bits wide.
INSERT INTO staging_product_days
(
    batch_id, product_key, day, sale_lines, units, net_amount, cost_amount, returned_units,
    returned_amount
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    l.product_key                                           AS product_key,
    toDate(l.ordered_at)                                    AS day,
    countIf(l.kind = 'sale')                                AS sale_lines,
    reinterpret(sumIf(reinterpretAsInt64(l.quantity), l.kind = 'sale'), 'Decimal(18, 3)')
                                                            AS units,
    reinterpret(sumIf(reinterpretAsInt64(l.net_amount), l.kind = 'sale'), 'Decimal(18, 4)')
                                                            AS net_amount,
    reinterpret(sumIf(reinterpretAsInt64(l.cost_amount), l.kind = 'sale'), 'Decimal(18, 4)')
                                                            AS cost_amount,
    reinterpret(-sumIf(reinterpretAsInt64(l.quantity), l.kind = 'return'), 'Decimal(18, 3)')
                                                            AS returned_units,
    reinterpret(-sumIf(reinterpretAsInt64(l.net_amount), l.kind = 'return'), 'Decimal(18, 4)')
                                                            AS returned_amount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
    AND l.kind IN ('sale', 'return')
GROUP BY product_key, day
