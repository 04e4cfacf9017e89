-- Customers per bin of recency, frequency and monetary value. A bin is named by the edge it begins
-- with; edges ascend, values below the first belong to it. Edges of monetary value are in
-- ten-thousandths, like the amounts.
WITH held AS
(
    {{rfm_customers}}
)
SELECT
    pair.1                                                              AS measure,
    toUInt32(pair.2)                                                    AS bin,
    count()                                                             AS customers,
    sum(held.monetary) / 10000                                          AS amount
FROM held
ARRAY JOIN
    [
        ('recency', indexOf({recency_edges:Array(Float64)},
            roundDown(toFloat64(recency), {recency_edges:Array(Float64)})) - 1),
        ('frequency', indexOf({frequency_edges:Array(Float64)},
            roundDown(toFloat64(frequency), {frequency_edges:Array(Float64)})) - 1),
        ('monetary', indexOf({monetary_edges:Array(Float64)},
            roundDown(toFloat64(monetary), {monetary_edges:Array(Float64)})) - 1)
    ] AS pair
GROUP BY measure, bin
ORDER BY measure, bin
