-- Level 3: sets of three all of whose pairs are frequent. Pairs are kept before thirds are looked
-- for, so that a large basket is not taken apart into every three of its items.
INSERT INTO basket_counts
WITH pairs AS
(
    SELECT itemset FROM basket_counts
    WHERE attempt = {attempt:UInt64} AND level = 2 AND baskets >= {least:UInt32}
)
SELECT {attempt:UInt64}, 3, itemset, count() AS baskets, countIf(late)
FROM
(
    SELECT
        late,
        bitShiftLeft(toUInt64(one), 42) + bitShiftLeft(toUInt64(two), 21) + arrayJoin(
            arrayFilter(three -> bitShiftLeft(toUInt64(two), 21) + three IN pairs, others)) AS itemset
    FROM
    (
        SELECT late, one, seconds[place] AS two, arraySlice(seconds, place + 1) AS others
        FROM
        (
            SELECT late, one, seconds, arrayJoin(range(1, length(seconds))) AS place
            FROM
            (
                SELECT
                    late,
                    one,
                    arrayFilter(two -> bitShiftLeft(toUInt64(one), 21) + two IN pairs, others) AS seconds
                FROM
                (
                    SELECT late, kept[place] AS one, arraySlice(kept, place + 1) AS others
                    FROM
                    (
                        SELECT late, kept, arrayJoin(range(1, length(kept) - 1)) AS place
                        FROM
                        (
                            SELECT
                                late,
                                arraySort(arrayFilter(item -> item IN
                                (
                                    SELECT toUInt32(arrayJoin([bitShiftRight(itemset, 21),
                                                               bitAnd(itemset, 2097151)]))
                                    FROM pairs
                                ), items)) AS kept
                            FROM basket_sets
                            WHERE attempt = {attempt:UInt64}
                              AND length(items) BETWEEN 3 AND {largest:UInt32}
                        )
                        WHERE length(kept) >= 3
                    )
                )
            )
            WHERE length(seconds) >= 2
        )
    )
)
GROUP BY itemset
HAVING baskets >= {least:UInt32}
