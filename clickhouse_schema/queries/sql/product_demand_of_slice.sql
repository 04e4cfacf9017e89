-- As product_demand, from the lines: for a slice of countries, channels, categories or of known
-- customers, which the table of products and days does not know.
SELECT
    {{demand_sums}}
FROM
(
    SELECT
        *,
        revenue / units                                                 AS price,
        if(period < 0, 0, if({in_money:UInt8} = 1, revenue, units))     AS demand
    FROM
    (
        {{sold_in_periods_of_slice}}
    )
)
GROUP BY product_key
HAVING all_units > 0
ORDER BY product_key
