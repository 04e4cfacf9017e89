-- Sales per day and everything the filter bar can narrow.
-- Amounts are added up as the integers that decimals are: a sum of decimals is 128 bits wide.
INSERT INTO staging_daily_sales
(
    batch_id, day, country, channel, category, known_customer, lines, sale_lines, return_lines,
    units, gross_amount, discount_amount, net_amount, cost_amount, returned_amount,
    returned_discount, free_lines, free_amount, free_discount, corrected_amount,
    corrected_discount
)
WITH
    reinterpretAsInt64(l.net_amount)                        AS net,
    reinterpretAsInt64(l.discount_amount)                   AS off
SELECT
    {batch:UInt32}                                          AS batch_id,
    $day AS day,
    $country AS country,
    $channel AS channel,
    $category AS category,
    $known_customer AS known_customer,
    count()                                                 AS lines,
    countIf(l.kind = 'sale')                                AS sale_lines,
    countIf(l.kind = 'return')                              AS return_lines,
    reinterpret(sumIf(reinterpretAsInt64(l.quantity), l.kind = 'sale'), 'Decimal(18, 3)')
                                                            AS units,
    reinterpret(sumIf(net + off, l.kind = 'sale'), 'Decimal(18, 4)') AS gross_amount,
    reinterpret(sumIf(off, l.kind = 'sale'), 'Decimal(18, 4)') AS discount_amount,
    reinterpret(sumIf(net, l.kind = 'sale'), 'Decimal(18, 4)') AS net_amount,
    reinterpret(sumIf(reinterpretAsInt64(l.cost_amount), l.kind = 'sale'), 'Decimal(18, 4)')
                                                            AS cost_amount,
    reinterpret(-sumIf(net, l.kind = 'return'), 'Decimal(18, 4)') AS returned_amount,
    reinterpret(sumIf(off, l.kind = 'return'), 'Decimal(18, 4)') AS returned_discount,
    countIf(l.kind = 'free')                                AS free_lines,
    reinterpret(sumIf(net, l.kind = 'free'), 'Decimal(18, 4)') AS free_amount,
    reinterpret(sumIf(off, l.kind = 'free'), 'Decimal(18, 4)') AS free_discount,
    reinterpret(sumIf(net, l.kind = 'correction'), 'Decimal(18, 4)') AS corrected_amount,
    reinterpret(sumIf(off, l.kind = 'correction'), 'Decimal(18, 4)') AS corrected_discount
FROM staging_order_lines AS l
WHERE l.batch_id = {batch:UInt32}
    AND l.ordered_at >= {start:DateTime('UTC')} AND l.ordered_at < {end:DateTime('UTC')}
GROUP BY $keys
