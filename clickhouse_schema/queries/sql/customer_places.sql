-- Where one customer ordered from: every country or channel, those of the first order, or those
-- no other was ordered from more often.
SELECT name
FROM
(
    SELECT
        if({column:String} = 'country', toString(country), toString(channel)) AS name,
        count()                                                         AS orders,
        min(ordered_at)                                                 AS first_at,
        max(orders) OVER ()                                             AS most,
        min(first_at) OVER ()                                           AS earliest
    FROM
    (
        {{counted_orders}}
    )
    WHERE customer_key = {customer:UInt64}
      AND is_order
    GROUP BY name
)
WHERE {role:String} = 'any'
   OR ({role:String} = 'first' AND first_at = earliest)
   OR ({role:String} = 'favourite' AND orders = most)
ORDER BY orders DESC, name
