-- daily_sales of the customers of a set alone.
-- Amounts are added up as the integers that decimals are: a sum of decimals is 128 bits wide.
INSERT INTO segment_days
WITH
    reinterpretAsInt64(l.net_amount)                        AS net,
    reinterpretAsInt64(l.discount_amount)                   AS off
SELECT
    {segment:UInt64}                                        AS set_id,
    toDate(l.ordered_at)                                    AS day,
    l.country                                               AS country,
    l.channel                                               AS channel,
    l.category                                              AS category,
    true                                                    AS known_customer,
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
FROM order_lines AS l
WHERE l.customer_key IN (SELECT customer_key FROM segment_members WHERE set_id = {segment:UInt64})
GROUP BY day, country, channel, category
