-- Sums over the customers of a past window, per pair of recency and frequency scores.
SELECT
    toUInt8(({{r_score}} - 1) * 5 + {{f_score}})                        AS cell,
    {{measures}}
FROM
(
    {{customer_outcomes}}
)
WHERE frequency > 0
GROUP BY cell
ORDER BY cell
