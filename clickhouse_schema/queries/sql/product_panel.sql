-- What every product sold in each whole week or month in which it sold. Long: one row for each.
SELECT
    product_key, period, units, revenue, cost
FROM
(
    {{sold_in_periods}}
)
WHERE period >= 0 AND units > 0
ORDER BY product_key, period
