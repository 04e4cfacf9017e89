-- Baskets that hold any of a few items, by which of them they hold.
SELECT held, count() AS baskets, sum(worth) AS spend, sum(worth * worth) AS spend_squared
FROM
(
    SELECT
        groupBitOr(bitShiftLeft(toUInt64(1), indexOf({keys:Array(UInt64)}, item_key) - 1)) AS held,
        sum(reinterpretAsInt64(net_amount)) / 10000                                     AS worth
    FROM
    (
        {{basket_lines}}
    )
    WHERE item_key IN {keys:Array(UInt64)}
    GROUP BY basket
)
GROUP BY held
ORDER BY held
