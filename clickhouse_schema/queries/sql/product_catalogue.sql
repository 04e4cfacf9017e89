-- Every product, with the day of its first sale in any country or channel; 1970 if never sold.
SELECT
    names.product_key                   AS product_key,
    names.product_id                    AS product_id,
    names.description                   AS description,
    names.category                      AS category,
    names.is_product                    AS is_product,
    sold.launched_on                    AS launched_on
FROM
(
    SELECT
        product_key,
        any(product_id)                 AS product_id,
        anyLast(description)            AS description,
        anyLast(category)               AS category,
        min(is_product)                 AS is_product
    FROM products
    GROUP BY product_key
) AS names
LEFT JOIN
(
    -- The dimension's own first day is of any part of a load, a part with returns alone included.
    SELECT product_key, min(day) AS launched_on
    FROM product_days
    WHERE sale_lines > 0
    GROUP BY product_key
) AS sold ON names.product_key = sold.product_key
ORDER BY product_key
