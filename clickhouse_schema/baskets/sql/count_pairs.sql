-- Level 2: pairs of items that are frequent on their own, counted where they meet.
INSERT INTO basket_counts
SELECT {attempt:UInt64}, 2, itemset, count() AS baskets, countIf(late)
FROM
(
    SELECT late, bitShiftLeft(toUInt64(kept[place]), 21) + arrayJoin(arraySlice(kept, place + 1)) AS itemset
    FROM
    (
        SELECT late, kept, arrayJoin(range(1, length(kept))) AS place
        FROM
        (
            SELECT
                late,
                arraySort(arrayFilter(item -> item IN
                (
                    SELECT toUInt32(itemset) FROM basket_counts
                    WHERE attempt = {attempt:UInt64} AND level = 1 AND baskets >= {least:UInt32}
                ), items)) AS kept
            FROM basket_sets
            WHERE attempt = {attempt:UInt64} AND length(items) BETWEEN 2 AND {largest:UInt32}
        )
    )
)
GROUP BY itemset
HAVING baskets >= {least:UInt32}
