-- As product_course, from the lines, for a narrowed slice.
SELECT
    period, units, revenue, returned
FROM
(
    {{sold_in_periods_of_slice}}
)
WHERE product_key = {key:UInt64} AND period >= 0
ORDER BY period
