-- As product_panel, from the lines, for a narrowed slice. Long: one row for each.
SELECT
    product_key, period, units, revenue, cost
FROM
(
    {{sold_in_periods_of_slice}}
)
WHERE period >= 0 AND units > 0
ORDER BY product_key, period
