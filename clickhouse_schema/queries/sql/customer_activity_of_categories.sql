-- As customer_activity, of the customers with a sale in the chosen categories. First order and
-- lifetime spending are of everything they ever bought, in any category.
WITH bought AS
(
    SELECT
        customer,
        countIf(now)                                                    AS orders,
        countIf(before)                                                 AS orders_before,
        groupBitOrIf(bitShiftLeft(toUInt64(1),
            {buckets:Array(UInt8)}[toDate(at) - {start:Date} + 1]), now) AS places
    FROM
    (
        SELECT
            any(customer_key)                                           AS customer,
            min(ordered_at)                                             AS at,
            max(ordered_at >= toDateTime({start:Date}, 'UTC')
                AND ordered_at < toDateTime({end:Date}, 'UTC'))         AS now,
            max(ordered_at >= toDateTime({before_start:Date}, 'UTC')
                AND ordered_at < toDateTime({before_end:Date}, 'UTC'))  AS before
        FROM order_lines
        WHERE kind = 'sale'
          AND customer_key != 0
          AND category IN {categories:Array(String)}
          AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
                AND ordered_at < toDateTime({end:Date}, 'UTC'))
            OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
                AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
          AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
          AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
        GROUP BY order_key
    )
    GROUP BY customer
),
lives AS
(
    SELECT bought.*, first_at, spent, spent_before
    FROM bought
    INNER JOIN
    (
        SELECT
            customer_key,
            minIf(ordered_at, is_order)                                 AS first_at,
            sumIf(reinterpretAsInt64(net_amount),
                ordered_at < toDateTime({end:Date}, 'UTC'))             AS spent,
            sumIf(reinterpretAsInt64(net_amount),
                ordered_at < toDateTime({before_end:Date}, 'UTC'))      AS spent_before
        FROM orders
        WHERE customer_key != 0
          AND ordered_at < toDateTime(greatest({end:Date}, {before_end:Date}), 'UTC')
        GROUP BY customer_key
    ) AS histories ON histories.customer_key = bought.customer
),
alike AS
(
    SELECT
        places,
        if(first_at < toDateTime({start:Date}, 'UTC'), -1,
            toInt16({buckets:Array(UInt8)}[toDate(first_at) - {start:Date} + 1])) AS first_place,
        countIf(orders > 0)                                             AS customers,
        countIf(orders > 1)                                             AS repeating,
        sumIf(spent, orders > 0)                                        AS lifetime,
        countIf(orders_before > 0)                                      AS active_before,
        countIf(orders_before > 0
            AND first_at >= toDateTime({before_start:Date}, 'UTC'))     AS new_before,
        countIf(orders_before > 1)                                      AS repeating_before,
        sumIf(spent_before, orders_before > 0)                          AS lifetime_before
    FROM lives
    GROUP BY places, first_place
)
SELECT
    position,
    sum(customers)                                                      AS active,
    sumIf(customers, first_place >= 0 AND position IN (-1, first_place)) AS new,
    sum(alike.repeating)                                                AS repeating,
    sum(alike.lifetime) / 10000                                         AS lifetime,
    sum(alike.active_before)                                            AS active_before,
    sum(alike.new_before)                                               AS new_before,
    sum(alike.repeating_before)                                         AS repeating_before,
    sum(alike.lifetime_before) / 10000                                  AS lifetime_before
FROM alike
ARRAY JOIN arrayPushFront(arrayMap(bit -> toInt16(bit), bitPositionsToArray(places)), -1)
    AS position
GROUP BY position
ORDER BY position
