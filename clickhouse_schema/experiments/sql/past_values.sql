-- What customers did in a past window, one number each; of many who did something only so many, in
-- an order that means nothing, and how many there are in all beside each.
SELECT
    value,
    customers,
    doers
FROM
(
    SELECT
        customer_key,
        multiIf(
            {goal:String} = 'revenue', revenue / 10000,
            {goal:String} = 'margin', margin / 10000,
            {goal:String} = 'orders', toFloat64(orders),
            toFloat64(orders > 0))                                      AS value,
        count() OVER ()                                                 AS customers,
        countIf(value != 0) OVER ()                                     AS doers
    FROM
    (
        {{kept_outcomes}}
    )
    WHERE empty({cells:Array(UInt8)})
       OR ({{r_score}} - 1) * 5 + {{f_score}} IN {cells:Array(UInt8)}
)
WHERE value != 0
ORDER BY sipHash64(customer_key)
LIMIT {most:UInt32}
