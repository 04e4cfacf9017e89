-- Orders per day and channel, now and before. The filter on channels is left out, so that one
-- answer serves the total and the comparison of channels: an order has one channel.
SELECT
    toDate(ordered_at)  AS day,
    toString(channel)   AS channel,
    count()             AS orders
FROM orders
WHERE is_order
  AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
        AND ordered_at < toDateTime({end:Date}, 'UTC'))
    OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
        AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND ({known_only:UInt8} = 0 OR customer_key != 0)
  AND {{in_segment}}
GROUP BY day, channel
ORDER BY day, channel
