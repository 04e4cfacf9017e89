SELECT
    position,
    active,
    new,
    repeating,
    lifetime / 10000                                                    AS lifetime,
    active_before,
    new_before,
    repeating_before,
    lifetime_before / 10000                                             AS lifetime_before
FROM
(
    SELECT
        countIf(orders > 0)                                             AS active_ever,
        countIf(orders > 0 AND first_place < 64)                        AS new_ever,
        countIf(orders > 1)                                             AS repeating_ever,
        sumIf(spent, orders > 0)                                        AS lifetime_ever,
        countIf(orders_before > 0)                                      AS active_before,
        countIf(orders_before > 0
            AND first_at >= toDateTime({before_start:Date}, 'UTC'))     AS new_before,
        countIf(orders_before > 1)                                      AS repeating_before,
        sumIf(spent_before, orders_before > 0)                          AS lifetime_before,
        countResampleArray(0, 64, 1)(held, held)                        AS actives,
        countResample(0, 64, 1)(first_place,
            if(bitTest(places, first_place % 64), first_place, 64))     AS news,
        sumResampleArray(0, 64, 1)(arrayMap(place -> orders > 1, held), held) AS repeatings,
        sumResampleArray(0, 64, 1)(arrayMap(place -> spent, held), held) AS lifetimes
    FROM
    (
        SELECT
            *,
            bitPositionsToArray(places)                                 AS held,
            if(first_at < toDateTime({start:Date}, 'UTC'), 64,
                {buckets:Array(UInt8)}[toDate(first_at) - {start:Date} + 1]) AS first_place
        FROM lives
    )
)
ARRAY JOIN
    arrayMap(place -> toInt16(place) - 1, range(65))                    AS position,
    arrayPushFront(actives, active_ever)                                AS active,
    arrayPushFront(news, new_ever)                                      AS new,
    arrayPushFront(repeatings, repeating_ever)                          AS repeating,
    arrayPushFront(lifetimes, lifetime_ever)                            AS lifetime
WHERE position = -1 OR active > 0
ORDER BY position
