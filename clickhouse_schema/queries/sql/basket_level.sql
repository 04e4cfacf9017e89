-- The sets of one level, those in most baskets first.
SELECT itemset, baskets, later
FROM basket_counts
WHERE attempt = {attempt:UInt64} AND level = {level:UInt8} AND baskets >= {least:UInt32}
ORDER BY baskets DESC, itemset
LIMIT {most:UInt32}
