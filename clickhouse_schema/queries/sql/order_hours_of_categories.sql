-- As order_hours, of the sale lines in the chosen categories.
SELECT
    toDayOfWeek(at)             AS weekday,
    toHour(at)                  AS hour,
    count()                     AS orders,
    toFloat64(sum(net))         AS revenue
FROM
(
    SELECT min(ordered_at) AS at, sum(net_amount) AS net
    FROM order_lines
    WHERE kind = 'sale'
      AND category IN {categories:Array(String)}
      AND ordered_at >= toDateTime({start:Date}, 'UTC')
      AND ordered_at < toDateTime({end:Date}, 'UTC')
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
    GROUP BY order_key
)
GROUP BY weekday, hour
ORDER BY weekday, hour
