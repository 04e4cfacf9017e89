-- As product_series, from the lines, for a narrowed slice.
SELECT
    product_key, period, units, revenue
FROM
(
    {{sold_in_periods_of_slice}}
)
WHERE product_key IN {keys:Array(UInt64)} AND period >= 0 AND units > 0
ORDER BY product_key, period
