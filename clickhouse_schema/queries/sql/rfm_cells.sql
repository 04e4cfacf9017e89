-- Customers by their three scores, at most 125 rows, with all that can be added up over them. A
-- score is 1 + the number of cuts strictly below the value; recency counts the other way. Cuts of
-- monetary value are in ten-thousandths, like the amounts.
WITH scored AS
(
    SELECT
        *,
        {{r_score}} AS r,
        {{f_score}} AS f,
        {{m_score}} AS m
    FROM
    (
        {{rfm_customers}}
    )
)
SELECT
    r,
    f,
    m,
    count()                                                             AS customers,
    sum(scored.recency)                                                 AS recency,
    sum(scored.frequency)                                               AS orders,
    sum(scored.monetary) / 10000                                        AS monetary,
    sum(scored.revenue) / 10000                                         AS revenue,
    sum(scored.came_back) / 10000                                       AS came_back,
    sum(scored.year_revenue) / 10000                                    AS year_revenue,
    countIf(scored.next_orders > 0)                                     AS next_buyers,
    sum(scored.next_orders)                                             AS next_orders,
    sum(scored.next_revenue) / 10000                                    AS next_revenue
FROM scored
GROUP BY r, f, m
ORDER BY r, f, m
