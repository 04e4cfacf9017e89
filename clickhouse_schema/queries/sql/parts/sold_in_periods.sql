SELECT
    product_key,
    {{period_of_day}}                                       AS period,
    sum(reinterpretAsInt64(units)) / 1000                   AS units,
    sum(reinterpretAsInt64(net_amount)) / 10000             AS revenue,
    sum(reinterpretAsInt64(cost_amount)) / 10000            AS cost,
    sum(reinterpretAsInt64(returned_amount)) / 10000        AS returned,
    maxIf(day, sale_lines > 0)                              AS last_day
FROM product_days
WHERE day >= {start:Date} AND day < {end:Date}
GROUP BY product_key, period
