-- Sales per day and everything the filter bar can narrow.
INSERT INTO staging_daily_sales
(
    batch_id, day, country, channel, category, known_customer, lines, sale_lines, return_lines,
    units, gross_amount, discount_amount, net_amount, cost_amount, returned_amount
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    toDate(l.ordered_at)                                    AS day,
    l.country                                               AS country,
    l.channel                                               AS channel,
    l.category                                              AS category,
    l.customer_key != 0                                     AS known_customer,
    count()                                                 AS lines,
    countIf(l.kind = 'sale')                                AS sale_lines,
    countIf(l.kind = 'return')                              AS return_lines,
    sumIf(l.quantity, l.kind = 'sale')                      AS units,
    sumIf(l.net_amount + l.discount_amount, l.kind = 'sale') AS gross_amount,
    sumIf(l.discount_amount, l.kind = 'sale')               AS discount_amount,
    sumIf(l.net_amount, l.kind = 'sale')                    AS net_amount,
    sumIf(l.cost_amount, l.kind = 'sale')                   AS cost_amount,
    -sumIf(l.net_amount, l.kind = 'return')                 AS returned_amount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
GROUP BY day, country, channel, category, known_customer
