-- Sums over the customers of a past window, per pair of recency and frequency scores; an empty
-- list of cells keeps all.
SELECT
    toUInt8(({{r_score}} - 1) * 5 + {{f_score}})                        AS cell,
    {{measures}}
FROM
(
    {{kept_outcomes}}
)
GROUP BY cell
HAVING empty({cells:Array(UInt8)}) OR cell IN {cells:Array(UInt8)}
ORDER BY cell
