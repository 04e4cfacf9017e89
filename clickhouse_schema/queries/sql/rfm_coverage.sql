-- Orders loaded, and those a customer cannot be scored by: of nobody known, or not yet placed.
SELECT
    countIf(is_order)                                                   AS orders,
    countIf(is_order AND customer_key = 0 AND before)                   AS unknown,
    countIf(is_order AND NOT before)                                    AS later
FROM
(
    SELECT is_order, customer_key, ordered_at < {snapshot:DateTime('UTC')} AS before
    FROM orders
)
