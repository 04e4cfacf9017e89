-- Every product, or every category, gets a number: two of them fit into one UInt64, and three.
INSERT INTO basket_numbers
SELECT {attempt:UInt64}, row_number() OVER (ORDER BY item_key), item_key
FROM
(
    SELECT DISTINCT product_key AS item_key FROM products
    WHERE is_product AND {by_category:UInt8} = 0
    UNION ALL
    SELECT DISTINCT cityHash64(category) AS item_key FROM daily_sales
    WHERE category != '' AND {by_category:UInt8} = 1
)
