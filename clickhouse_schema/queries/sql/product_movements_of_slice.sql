-- As product_movements, from the lines: for a slice of countries, channels, categories or of
-- known customers, which the table of products and days does not know.
-- Amounts are summed as the whole ten-thousandths a Decimal(18, 4) holds: exact, and faster.
WITH moved AS
(
    SELECT
        product_key,
        sumIf(reinterpretAsInt64(net_amount), ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))             AS revenue,
        sumIf(reinterpretAsInt64(net_amount), ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC'))      AS revenue_before
    FROM order_lines
    WHERE kind = 'sale'
      AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))
        OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
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
