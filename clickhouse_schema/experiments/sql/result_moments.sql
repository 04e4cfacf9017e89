-- Sums over the rows of an uploaded result, per arm and part of the segment.
SELECT
    arm,
    part,
    count()                                                             AS customers,
    countIf(converted)                                                  AS buyers,
    countIf(visited)                                                    AS visitors,
    count(visited)                                                      AS visits_known,
    countIf(revenue != 0)                                               AS revenue_nonzero,
    toFloat64(sum(revenue))                                             AS revenue_total,
    sumKahan(pow(toFloat64(revenue), 2))                                AS revenue_squares,
    count(before)                                                       AS before_known,
    sumKahan(ifNull(before, 0))                                         AS before_total,
    sumKahan(pow(ifNull(before, 0), 2))                                 AS before_squares,
    sumKahan(ifNull(before, 0) * toFloat64(revenue))                    AS revenue_products,
    sumKahanIf(ifNull(before, 0), converted)                            AS conversion_products,
    sumMapIf([toInt32(floor(log2(greatest(toFloat64(revenue), 0.0001)) * {steps:UInt8}))], [toUInt64(1)],
        revenue > 0)        AS bin_buyers,
    sumMapIf([toInt32(floor(log2(greatest(toFloat64(revenue), 0.0001)) * {steps:UInt8}))], [toFloat64(revenue)],
        revenue > 0)        AS bin_revenue
FROM experiment_results
WHERE result_id = {result_id:String}
GROUP BY arm, part
ORDER BY arm, part
