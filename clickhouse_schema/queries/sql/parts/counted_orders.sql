-- The orders of known customers before {until} that the filters leave, one row each. Chosen
-- categories make it read the lines, of which only theirs count; otherwise that half reads nothing.
-- Amounts are the whole ten-thousandths a Decimal(18, 4) holds.
SELECT
    customer_key,
    order_key,
    ordered_at,
    country,
    channel,
    is_order,
    reinterpretAsInt64(units)                                           AS units,
    reinterpretAsInt64(net_amount)                                      AS net,
    reinterpretAsInt64(returned_amount)                                 AS returned,
    discount_amount > 0                                                 AS discounted
FROM orders
WHERE empty({categories:Array(String)})
  AND customer_key != 0
  AND ordered_at < {until:DateTime('UTC')}
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND {{in_segment}}
UNION ALL
SELECT
    any(customer_key),
    order_key,
    min(ordered_at),
    any(country),
    any(channel),
    countIf(kind = 'sale') > 0,
    sumIf(reinterpretAsInt64(quantity), kind = 'sale'),
    sumIf(reinterpretAsInt64(net_amount), kind = 'sale'),
    -sumIf(reinterpretAsInt64(net_amount), kind = 'return'),
    countIf(kind = 'sale' AND discount_amount > 0) > 0
FROM order_lines
WHERE notEmpty({categories:Array(String)})
  AND category IN {categories:Array(String)}
  AND customer_key != 0
  AND ordered_at < {until:DateTime('UTC')}
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND {{in_segment}}
GROUP BY order_key
