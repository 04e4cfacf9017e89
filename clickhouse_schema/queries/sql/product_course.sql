-- What one product sold and what of it came back in each whole week or month.
SELECT
    period, units, revenue, returned
FROM
(
    {{sold_in_periods}}
)
WHERE product_key = {key:UInt64} AND period >= 0
ORDER BY period
