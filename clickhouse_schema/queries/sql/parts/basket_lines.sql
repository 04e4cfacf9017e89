-- The sale lines that the filters leave, each with the basket it lies in: its order, or what its
-- customer bought within {days} days, counted from their first order on.
SELECT order_key AS basket, ordered_at, {{basket_item}} AS item_key, net_amount
FROM order_lines
WHERE {days:UInt16} = 0
  AND {{basket_slice}}
UNION ALL
SELECT
    cityHash64(customer_key, intDiv(toDate(ordered_at) - first_day, greatest({days:UInt16}, 1))),
    ordered_at,
    {{basket_item}},
    net_amount
FROM order_lines
INNER JOIN
(
    SELECT customer_key, toDate(min(ordered_at)) AS first_day
    FROM order_lines
    WHERE {days:UInt16} != 0
      AND customer_key != 0
      AND {{basket_slice}}
    GROUP BY customer_key
) AS firsts USING (customer_key)
WHERE {days:UInt16} != 0
  AND customer_key != 0
  AND {{basket_slice}}
