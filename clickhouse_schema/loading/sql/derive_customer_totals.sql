-- What each known customer bought in the batch; from orders, which must be there already.
INSERT INTO staging_customer_totals
(
    batch_id, customer_key, first_order_at, last_order_at, orders, units, net_amount,
    returned_amount
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    o.customer_key                                          AS customer_key,
    minIf(o.ordered_at, o.sale_lines > 0)                   AS first_order_at,
    maxIf(o.ordered_at, o.sale_lines > 0)                   AS last_order_at,
    countIf(o.is_order)                                     AS orders,
    sum(o.units)                                            AS units,
    sum(o.net_amount)                                       AS net_amount,
    sum(o.returned_amount)                                  AS returned_amount
FROM staging_orders AS o
WHERE o.batch_id = {batch:UInt32} AND o.customer_key != 0
GROUP BY customer_key
HAVING countIf(o.sale_lines > 0) > 0
