-- Sums over each customer's kept history at {snapshot}, and from then until {until}. Only where
-- several batches are loaded are those of a customer brought together.
WITH (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch
SELECT *
FROM
(
    {{rfm_history}}
)
WHERE one_batch
UNION ALL
SELECT
    customer_key,
    sum(frequency),
    max(last_at),
    sum(revenue),
    sum(year_revenue),
    sum(next_orders),
    sum(next_revenue)
FROM
(
    {{rfm_history}}
)
WHERE NOT one_batch
GROUP BY customer_key
