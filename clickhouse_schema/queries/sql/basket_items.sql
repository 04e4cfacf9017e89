-- The items of an attempt, and what they sold for. A line without a cost is worth its revenue and
-- counts as unknown.
SELECT
    numbers.item                                                        AS item,
    sold.item_key                                                       AS item_key,
    if({by_category:UInt8} = 0, names.product_id, sold.one_category)        AS item_id,
    if({by_category:UInt8} = 0, names.description, sold.one_category)       AS name,
    if({by_category:UInt8} = 0, names.category, sold.one_category)          AS category,
    sold.net / 10000                                                    AS revenue,
    sold.cost / 10000                                                   AS cost,
    if(sold.net > 0, sold.net_known / sold.net, 0)                      AS cost_known
FROM
(
    SELECT
        {{basket_item}}                                                 AS item_key,
        any(category)                                                   AS one_category,
        sum(reinterpretAsInt64(net_amount))                             AS net,
        sum(reinterpretAsInt64(cost_amount))                            AS cost,
        sumIf(reinterpretAsInt64(net_amount), cost_amount != 0)         AS net_known
    FROM order_lines
    WHERE {{basket_slice}}
    GROUP BY item_key
) AS sold
INNER JOIN
(
    SELECT item_key, item FROM basket_numbers WHERE attempt = {attempt:UInt64}
) AS numbers ON numbers.item_key = sold.item_key
LEFT JOIN
(
    SELECT
        product_key,
        any(product_id)                     AS product_id,
        anyLast(description)                AS description,
        anyLast(category)                   AS category
    FROM products
    GROUP BY product_key
) AS names ON names.product_key = sold.item_key
ORDER BY item
