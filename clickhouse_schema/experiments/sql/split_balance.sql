-- Arms as a seed would make them: customers and sums of what is known of them at the start, and per
-- country and channel of their last order how many.
SELECT
    arm,
    count()                                                             AS customers,
    avg(days)                                                           AS recency,
    varSamp(days)                                                       AS recency_variance,
    avg(times)                                                          AS frequency,
    varSamp(times)                                                      AS frequency_variance,
    avg(spent)                                                          AS monetary,
    varSamp(spent)                                                      AS monetary_variance,
    sumMap([cell], [toUInt64(1)])                                       AS cells,
    sumMap([toString(country)], [toUInt64(1)])                          AS countries,
    sumMap([toString(channel)], [toUInt64(1)])                          AS channels
FROM
(
    SELECT customer_key, cell, {{arm_of_place}} AS arm
    FROM
    (
        {{candidates}}
    )
) AS arms
ANY INNER JOIN
(
    SELECT
        customer_key,
        intDiv(dateDiff('second', maxIf(ordered_at, is_order), {snapshot:DateTime('UTC')}), 86400)
            AS days,
        countIf(is_order)                                               AS times,
        sum(reinterpretAsInt64(net_amount)) / 10000                     AS spent,
        argMaxIf(country, ordered_at, is_order)                         AS country,
        argMaxIf(channel, ordered_at, is_order)                         AS channel
    FROM orders
    WHERE customer_key != 0
      AND ordered_at < {snapshot:DateTime('UTC')}
      AND customer_key IN ({{who}})
    GROUP BY customer_key
) AS known USING customer_key
GROUP BY arm
ORDER BY arm
