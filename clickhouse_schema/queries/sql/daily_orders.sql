-- Orders per day and channel, now and before. The filter on channels is left out, so that one
-- answer serves the total and the comparison of channels: an order has one channel.
-- Counts the days of each channel in an array, a day being its number since 1970: grouping
-- millions of orders by two keys, one of them a word, takes twice as long.
SELECT
    toDate(toUInt16(place - 1)) AS day,
    toString(word)              AS channel,
    counted                     AS orders
FROM
(
    SELECT
        orders.channel                                              AS word,
        countResample(0, 65536, 1)(toUInt16(toDate(ordered_at)))    AS days
    FROM orders
    WHERE is_order
      AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))
        OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
    GROUP BY word
)
ARRAY JOIN days AS counted, arrayEnumerate(days) AS place
WHERE counted > 0
ORDER BY day, channel
