-- As customer_activity, of the customers with a sale in the chosen categories. First order and
-- lifetime spending are of everything they ever bought, in any category.
-- Whether a customer ordered twice or more shows in the least and the greatest key of the orders,
-- which is cheaper than telling all of them apart.
WITH
    (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch,
    bought AS
    (
        SELECT
            customer_key,
            if(least_key = greatest_key, least_key != 0, 2)             AS orders,
            if(least_before = greatest_before, least_before != 0, 2)    AS orders_before,
            groupBitOrIf(bitShiftLeft(toUInt64(1),
                {buckets:Array(UInt8)}[toDate(ordered_at) - {start:Date} + 1]), now) AS places,
            minIf(order_key, now)                                       AS least_key,
            maxIf(order_key, now)                                       AS greatest_key,
            minIf(order_key, before)                                    AS least_before,
            maxIf(order_key, before)                                    AS greatest_before
        FROM
        (
            SELECT
                customer_key,
                order_key,
                ordered_at,
                ordered_at >= toDateTime({start:Date}, 'UTC')
                    AND ordered_at < toDateTime({end:Date}, 'UTC')      AS now,
                ordered_at >= toDateTime({before_start:Date}, 'UTC')
                    AND ordered_at < toDateTime({before_end:Date}, 'UTC') AS before
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
              AND {{in_segment}}
        )
        GROUP BY customer_key
    ),
    histories AS
    (
        SELECT customer_key, first_at, spent, spent_before
        FROM
        (
            SELECT
                {{customer_past}}
            FROM customer_totals
            WHERE one_batch
        )
        UNION ALL
        SELECT
            batch.customer_key,
            min(batch.first_at),
            sum(batch.spent),
            sum(batch.spent_before)
        FROM
        (
            SELECT
                {{customer_past}}
            FROM customer_totals
            WHERE NOT one_batch
        ) AS batch
        GROUP BY batch.customer_key
    ),
    lives AS
    (
        SELECT orders, orders_before, places, first_at, spent, spent_before
        FROM histories
        ANY INNER JOIN bought ON bought.customer_key = histories.customer_key
    )
{{activity_of_lives}}
