-- What lies in the baskets that hold one item.
WITH lines AS
(
    {{basket_lines}}
)
SELECT item_key, count() AS baskets
FROM
(
    SELECT arrayJoin(inside) AS item_key
    FROM
    (
        SELECT groupUniqArray(item_key) AS inside
        FROM lines
        WHERE basket IN (SELECT basket FROM lines WHERE item_key = {item_key:UInt64})
        GROUP BY basket
        HAVING length(inside) <= {largest:UInt32}
    )
)
WHERE item_key != {item_key:UInt64} AND item_key != 0
GROUP BY item_key
