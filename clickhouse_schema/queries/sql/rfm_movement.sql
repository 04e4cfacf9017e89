-- Customers by their scores at two snapshots, {snapshot} and the later {until}. Scores of 0: not
-- yet a customer. What they were worth is their revenue in the twelve months before {snapshot};
-- what they spent since is their revenue between the two.
WITH lives AS
(
    SELECT
        countIf(is_order AND known)                                     AS frequency,
        intDiv(dateDiff('second', maxIf(ordered_at, is_order AND known),
            {snapshot:DateTime('UTC')}), 86400)                         AS recency,
        countIf(is_order)                                               AS later_frequency,
        intDiv(dateDiff('second', maxIf(ordered_at, is_order),
            {until:DateTime('UTC')}), 86400)                            AS later_recency,
        sumIf(net, known
            AND ordered_at >= subtractMonths({snapshot:DateTime('UTC')}, 12)) AS worth,
        sumIf(net, NOT known)                                           AS since
    FROM
    (
        SELECT *, ordered_at < {snapshot:DateTime('UTC')} AS known
        FROM
        (
            {{counted_orders}}
        )
    )
    GROUP BY customer_key
    HAVING later_frequency > 0
)
SELECT
    if(frequency = 0, 0, {{r_score}}) AS r,
    if(frequency = 0, 0, {{f_score}}) AS f,
    5 - arrayCount(cut -> later_recency > cut, {later_recency_cuts:Array(Float64)}) AS later_r,
    1 + arrayCount(cut -> later_frequency > cut, {later_frequency_cuts:Array(Float64)}) AS later_f,
    count()                                                             AS customers,
    sum(lives.worth) / 10000                                        AS worth,
    sum(lives.since) / 10000                                        AS since
FROM lives
GROUP BY r, f, later_r, later_f
ORDER BY r, f, later_r, later_f
