-- When the items of frequent pairs were bought: baskets in each stretch of the period. Item 0
-- stands for all baskets.
SELECT item, countResample(0, 120, 1)(stretch) AS baskets
FROM
(
    SELECT arrayJoin(arrayPushFront(arrayFilter(item -> item IN
    (
        SELECT toUInt32(arrayJoin([bitShiftRight(itemset, 21), bitAnd(itemset, 2097151)]))
        FROM basket_counts
        WHERE attempt = {attempt:UInt64} AND level = 2
    ), items), 0)) AS item, stretch
    FROM basket_sets
    WHERE attempt = {attempt:UInt64} AND length(items) <= {largest:UInt32}
)
GROUP BY item
ORDER BY item
