-- Units and revenue of a few products in each whole week or month in which they sold.
SELECT
    product_key, period, units, revenue
FROM
(
    {{sold_in_periods}}
)
WHERE product_key IN {keys:Array(UInt64)} AND period >= 0 AND units > 0
ORDER BY product_key, period
