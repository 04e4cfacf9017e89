-- At several moments the values that cut customers with an order before into fifths, linearly
-- interpolated between neighbours: (snapshot, recency, frequency, monetary).
WITH (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch
SELECT
    snapshot,
    quantilesExactInclusive(.2, .4, .6, .8)(recency)                    AS recency_cuts,
    quantilesExactInclusive(.2, .4, .6, .8)(frequency)                  AS frequency_cuts,
    arrayMap(amount -> amount / 10000,
        quantilesExactInclusive(.2, .4, .6, .8)(monetary))              AS monetary_cuts
FROM
(
    SELECT
        snapshot,
        intDiv(toUInt32(snapshot) - last_at, 86400)                     AS recency,
        frequency,
        monetary
    FROM
    (
        SELECT *
        FROM
        (
            {{past_scores}}
        )
        WHERE one_batch
        UNION ALL
        SELECT snapshot, customer_key, sum(frequency), max(last_at), sum(monetary)
        FROM
        (
            {{past_scores}}
        )
        WHERE NOT one_batch
        GROUP BY snapshot, customer_key
    )
    WHERE frequency > 0
)
GROUP BY snapshot
ORDER BY snapshot
