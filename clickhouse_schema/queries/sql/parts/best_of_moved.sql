-- The best of `moved` by revenue and by change, named: as many of each as asked for.
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
