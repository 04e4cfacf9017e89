-- Every loaded line of the slice, by what it is and whether its customer is known. `listed` is
-- quantity x price before any discount, as the file says it.
SELECT
    toString(kind)                              AS kind,
    customer_key != 0                           AS known_customer,
    count()                                     AS lines,
    toFloat64(sum(net_amount) + sum(discount_amount)) AS listed,
    toFloat64(sum(discount_amount))             AS discount,
    toFloat64(sum(net_amount))                  AS net
FROM order_lines
WHERE ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
GROUP BY kind, known_customer
ORDER BY kind, known_customer
