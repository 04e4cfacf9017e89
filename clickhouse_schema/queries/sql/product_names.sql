-- What the products of these ids are called.
SELECT
    product_id              AS name,
    any(description)        AS label
FROM products
WHERE product_id IN {ids:Array(String)}
GROUP BY name
ORDER BY name
