-- How many baskets there are of each size.
SELECT length(items) AS size, count() AS baskets, countIf(late) AS later
FROM basket_sets
WHERE attempt = {attempt:UInt64}
GROUP BY size
ORDER BY size
