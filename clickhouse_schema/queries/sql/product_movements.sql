-- The products that matter: the best by revenue, and those whose revenue changed most, each
-- list as long as asked for. All products together are in revenue_by.
-- Reads the small table of products and days, so it knows no country, channel or customer.
-- Amounts are summed as the whole ten-thousandths a Decimal(18, 4) holds: exact, and faster.
WITH moved AS
(
    SELECT
        product_key,
        sumIf(reinterpretAsInt64(net_amount),
            day >= {start:Date} AND day < {end:Date})                   AS revenue,
        sumIf(reinterpretAsInt64(net_amount),
            day >= {before_start:Date} AND day < {before_end:Date})     AS revenue_before
    FROM product_days
    WHERE (day >= {start:Date} AND day < {end:Date})
       OR (day >= {before_start:Date} AND day < {before_end:Date})
    GROUP BY product_key
    HAVING revenue != 0 OR revenue_before != 0
)
{{best_of_moved}}
