-- Sums over the customers of a past window, per group of a grouping as the window began; cell is
-- the number of the group, 0 for those it has no place for.
SELECT
    cell,
    {{measures}}
FROM
(
    SELECT
        *,
        toUInt8(({{r_score}} - 1) * 5 + {{f_score}})                    AS scores
    FROM
    (
        {{kept_outcomes}}
    )
) AS outcomes
ANY LEFT JOIN
(
    SELECT customer_key AS placed_key, toUInt8(cluster) AS cell
    FROM
    (
        {{placed}}
    )
) AS placed ON placed.placed_key = outcomes.customer_key
WHERE empty({cells:Array(UInt8)}) OR scores IN {cells:Array(UInt8)}
GROUP BY cell
ORDER BY cell
