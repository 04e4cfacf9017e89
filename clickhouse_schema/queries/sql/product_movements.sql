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
SELECT
    names.product_id                            AS product_id,
    names.description                           AS description,
    ranked.is_product                           AS is_product,
    ranked.revenue / 10000                      AS revenue,
    ranked.revenue_before / 10000               AS revenue_before,
    ranked.by_revenue                           AS by_revenue,
    ranked.by_change                            AS by_change
FROM
(
    SELECT
        product_key,
        revenue,
        revenue_before,
        product_key NOT IN (SELECT product_key FROM products WHERE NOT is_product) AS is_product,
        row_number() OVER (ORDER BY is_product DESC, revenue DESC, product_key) AS by_revenue,
        row_number() OVER (ORDER BY abs(revenue - revenue_before) DESC, product_key)
                                                AS by_change
    FROM moved
) AS ranked
ANY LEFT JOIN products AS names ON names.product_key = ranked.product_key
WHERE by_revenue <= {top:UInt32} OR by_change <= {top:UInt32}
ORDER BY by_revenue, by_change
