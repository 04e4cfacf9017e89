-- Revenue and returned value per country, channel or category, now and before.
-- The filter on that dimension itself is left out: a chart of countries shows the ones not
-- chosen too, paler. The dimension is one of three words, never text of a reader's.
SELECT
    toString(multiIf({dimension:String} = 'country', country,
                     {dimension:String} = 'channel', channel,
                     category))                                     AS name,
    toFloat64(sumIf(net_amount, day >= {start:Date} AND day < {end:Date}))      AS revenue,
    toFloat64(sumIf(net_amount,
        day >= {before_start:Date} AND day < {before_end:Date}))                AS revenue_before,
    toFloat64(sumIf(returned_amount, day >= {start:Date} AND day < {end:Date})) AS returned,
    toFloat64(sumIf(returned_amount,
        day >= {before_start:Date} AND day < {before_end:Date}))                AS returned_before
FROM
(
    {{sales_by_day}}
)
WHERE ((day >= {start:Date} AND day < {end:Date})
    OR (day >= {before_start:Date} AND day < {before_end:Date}))
  AND ({dimension:String} = 'country' OR empty({countries:Array(String)})
    OR country IN {countries:Array(String)})
  AND ({dimension:String} = 'channel' OR empty({channels:Array(String)})
    OR channel IN {channels:Array(String)})
  AND ({dimension:String} = 'category' OR empty({categories:Array(String)})
    OR category IN {categories:Array(String)})
  AND ({known_only:UInt8} = 0 OR known_customer)
GROUP BY name
ORDER BY revenue DESC, revenue_before DESC, name
