-- As daily_orders, of the orders with a sale in the chosen categories. An order belongs to the
-- day of its first such line and counts once, however many lines and batches it spans.
SELECT day, channel, count() AS orders
FROM
(
    SELECT
        toDate(min(ordered_at))     AS day,
        toString(any(channel))      AS channel
    FROM order_lines
    WHERE kind = 'sale'
      AND category IN {categories:Array(String)}
      AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))
        OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
    GROUP BY order_key
)
GROUP BY day, channel
ORDER BY day, channel
