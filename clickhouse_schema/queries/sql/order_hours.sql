-- Orders and revenue per weekday (1 is Monday) and hour of the day. Orders of days too few to
-- fill the week simply leave cells out.
SELECT
    toDayOfWeek(ordered_at)     AS weekday,
    toHour(ordered_at)          AS hour,
    countIf(is_order)           AS orders,
    toFloat64(sum(net_amount))  AS revenue
FROM orders
WHERE ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND sale_lines > 0
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND ({known_only:UInt8} = 0 OR customer_key != 0)
  AND {{in_segment}}
GROUP BY weekday, hour
ORDER BY weekday, hour
