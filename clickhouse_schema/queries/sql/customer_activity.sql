-- Customers active in the slice, in the whole period (position -1) and in each of its buckets
-- (positions from 0, at most 63): how many, how many of them ordered for the first time ever
-- there, how many ordered twice or more in the period, and all they had ever spent, wherever
-- they bought, when the period ended. The row of the whole period also has the period before.
-- `buckets` says for each day of the period which bucket it is in.
-- One pass over the orders: the buckets a customer was active in are the bits of a number, and
-- customers alike in them are added up before the bits are taken apart.
-- Amounts are summed as the whole ten-thousandths a Decimal(18, 4) holds: exact, and twice as
-- fast as Decimal over millions of customers.
WITH lives AS
(
    SELECT
        minIf(ordered_at, is_order)                                     AS first_at,
        countIf(now)                                                    AS orders,
        countIf(before)                                                 AS orders_before,
        groupBitOrIf(bitShiftLeft(toUInt64(1),
            {buckets:Array(UInt8)}[toDate(ordered_at) - {start:Date} + 1]), now) AS places,
        sumIf(amount, ordered_at < toDateTime({end:Date}, 'UTC'))       AS spent,
        sumIf(amount, ordered_at < toDateTime({before_end:Date}, 'UTC')) AS spent_before
    FROM
    (
        SELECT
            customer_key,
            ordered_at,
            is_order,
            reinterpretAsInt64(net_amount)                              AS amount,
            is_order
                AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
                AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
                                                                        AS in_slice,
            in_slice AND ordered_at >= toDateTime({start:Date}, 'UTC')
                AND ordered_at < toDateTime({end:Date}, 'UTC')          AS now,
            in_slice AND ordered_at >= toDateTime({before_start:Date}, 'UTC')
                AND ordered_at < toDateTime({before_end:Date}, 'UTC')   AS before
        FROM orders
        WHERE customer_key != 0
          AND ordered_at < toDateTime(greatest({end:Date}, {before_end:Date}), 'UTC')
    )
    GROUP BY customer_key
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
