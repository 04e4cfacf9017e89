SELECT
    product_key,
    {{period_of_day}}                                       AS period,
    sumIf(reinterpretAsInt64(quantity), kind = 'sale') / 1000       AS units,
    sumIf(reinterpretAsInt64(net_amount), kind = 'sale') / 10000    AS revenue,
    sumIf(reinterpretAsInt64(cost_amount), kind = 'sale') / 10000   AS cost,
    -sumIf(reinterpretAsInt64(net_amount), kind = 'return') / 10000 AS returned,
    maxIf(day, kind = 'sale')                               AS last_day
FROM
(
    SELECT product_key, kind, quantity, net_amount, cost_amount, toDate(ordered_at) AS day
    FROM order_lines
    WHERE kind IN ('sale', 'return')
      AND ordered_at >= toDateTime({start:Date}, 'UTC') AND ordered_at < toDateTime({end:Date}, 'UTC')
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
)
GROUP BY product_key, period
