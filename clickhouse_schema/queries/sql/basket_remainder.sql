-- Baskets cut down to a few items.
SELECT late, kept AS items
FROM
(
    SELECT late, arrayFilter(item -> item IN {items:Array(UInt32)}, items) AS kept
    FROM basket_sets
    WHERE attempt = {attempt:UInt64} AND length(items) <= {largest:UInt32}
)
WHERE length(kept) >= {at_least:UInt32}
