-- Revenue and returned value per day, of the period and of the one it is compared with.
-- Money is summed exactly, as Decimal, and only then made a float.
SELECT
    day,
    toFloat64(sum(net_amount))      AS revenue,
    toFloat64(sum(returned_amount)) AS returned
FROM
(
    {{sales_by_day}}
)
WHERE ((day >= {start:Date} AND day < {end:Date})
    OR (day >= {before_start:Date} AND day < {before_end:Date}))
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
  AND ({known_only:UInt8} = 0 OR known_customer)
GROUP BY day
ORDER BY day
