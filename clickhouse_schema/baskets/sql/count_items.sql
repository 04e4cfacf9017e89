-- Level 1: how many baskets hold each item. All of them: the rare ones fill baskets too.
INSERT INTO basket_counts
SELECT {attempt:UInt64}, 1, item, count(), countIf(late)
FROM
(
    SELECT late, arrayJoin(items) AS item
    FROM basket_sets
    WHERE attempt = {attempt:UInt64} AND length(items) <= {largest:UInt32}
)
GROUP BY item
