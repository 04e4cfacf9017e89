-- Recency, frequency and monetary value over all customers: the value at each level, linearly
-- interpolated between neighbours. Levels 0 and 1 are the smallest and the largest.
WITH customers AS
(
    {{rfm_customers}}
)
SELECT
    found.1                                                             AS measure,
    level,
    value,
    customers
FROM
(
    SELECT
        count()                                                         AS customers,
        [0, .2, .4, .6, .8, .99, 1]                                     AS levels,
        [
            ('recency', quantilesExactInclusive(0, .2, .4, .6, .8, .99, 1)(recency)),
            ('frequency', quantilesExactInclusive(0, .2, .4, .6, .8, .99, 1)(frequency)),
            ('monetary', arrayMap(amount -> amount / 10000,
                quantilesExactInclusive(0, .2, .4, .6, .8, .99, 1)(monetary)))
        ]                                                               AS measures
    FROM customers
)
ARRAY JOIN measures AS found
ARRAY JOIN levels AS level, found.2 AS value
WHERE customers > 0
ORDER BY measure, level
