-- Sums of one measure over the customers of one past moment, for windows of several lengths that
-- all begin there: (weeks, customers, total, squares).
SELECT
    weeks,
    customers,
    total,
    squares
FROM
(
    SELECT
        count()                                                         AS customers,
        sumForEach(worth)                                               AS totals,
        sumForEach(arrayMap(one -> one * one, worth))                   AS all_squares
    FROM
    (
        SELECT
            customer_key,
            countIf(is_order AND ordered_at < {snapshot:DateTime('UTC')}) AS frequency,
            sumForEach(arrayMap(length -> toFloat64(amount
                * (ordered_at >= {snapshot:DateTime('UTC')}
                   AND ordered_at < {snapshot:DateTime('UTC')} + toIntervalWeek(length))),
                {lengths:Array(UInt8)}))                                AS sums,
            arrayMap(one -> if({goal:String} = 'conversion', toFloat64(one > 0), one / 10000),
                sums)                                                   AS worth
        FROM
        (
            SELECT
                customer_key,
                ordered_at,
                is_order,
                multiIf(
                    {goal:String} = 'revenue', reinterpretAsInt64(net_amount),
                    {goal:String} = 'margin',
                    reinterpretAsInt64(net_amount) - reinterpretAsInt64(cost_amount),
                    toInt64(is_order) * 10000)                          AS amount
            FROM orders
            WHERE customer_key != 0
              AND ordered_at < {until:DateTime('UTC')}
              AND customer_key <= {last_key:UInt64}
              AND {{is_member}}
              AND (empty({cells:Array(UInt8)}) OR customer_key IN
              (
                  SELECT customer_key
                  FROM
                  (
                      {{kept_outcomes}}
                  )
                  WHERE ({{r_score}} - 1) * 5 + {{f_score}} IN {cells:Array(UInt8)}
              ))
        )
        GROUP BY customer_key
        HAVING frequency > 0
    )
)
ARRAY JOIN
    {lengths:Array(UInt8)}                                              AS weeks,
    totals                                                              AS total,
    all_squares                                                         AS squares
ORDER BY weeks
