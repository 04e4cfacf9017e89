-- By when half of the lines were sold: from then on a basket belongs to the later half.
SELECT
    toDateTime(toUInt32(if(count() = 0, 0, quantile(toUnixTimestamp(ordered_at)))), 'UTC') AS half,
    toDate(min(ordered_at))                                                                AS first,
    toDate(max(ordered_at))                                                                AS last,
    count()                                                                                AS lines
FROM order_lines
WHERE {{basket_slice}}
