-- Sales per product and day, over all countries and channels.
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
    sumIf(l.quantity, l.kind = 'sale')                      AS units,
    sumIf(l.net_amount, l.kind = 'sale')                    AS net_amount,
    sumIf(l.cost_amount, l.kind = 'sale')                   AS cost_amount,
    -sumIf(l.quantity, l.kind = 'return')                   AS returned_units,
    -sumIf(l.net_amount, l.kind = 'return')                 AS returned_amount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
    AND l.kind IN ('sale', 'return')
GROUP BY product_key, day
