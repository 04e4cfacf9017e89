-- What each batch holds, before any rule and after those of the cleaned view: the customer is
-- known, the order is no cancellation, quantity and price are positive. What a rule leaves out
-- is counted on what the rules before it kept. One row per batch, then one over all of them.
SELECT
    batch_id,
    count()                                                 AS lines,
    uniqExact(order_key)                                    AS invoices,
    uniqExactIf(customer_key, customer_key != 0)            AS customers,
    uniqExact(product_key)                                  AS products,
    toString(min(ordered_at))                               AS first_at,
    toString(max(ordered_at))                               AS last_at,
    toString(sum(toDecimal128(quantity, 3) * unit_price))   AS amount,
    countIf(customer_key = 0)                               AS no_customer,
    countIf(customer_key != 0 AND kind = 'return')          AS cancelled,
    countIf(customer_key != 0 AND kind != 'return' AND quantity <= 0)   AS no_quantity,
    countIf(customer_key != 0 AND kind != 'return' AND quantity > 0 AND unit_price <= 0)
                                                            AS no_price,
    countIf(clean)                                          AS clean_lines,
    uniqExactIf(order_key, clean)                           AS clean_invoices,
    uniqExactIf(customer_key, clean)                        AS clean_customers,
    uniqExactIf(product_key, clean)                         AS clean_products,
    toString(minIf(ordered_at, clean))                      AS clean_first_at,
    toString(maxIf(ordered_at, clean))                      AS clean_last_at,
    toString(sumIf(toDecimal128(quantity, 3) * unit_price, clean))      AS clean_amount
FROM
(
    SELECT *, customer_key != 0 AND kind = 'sale' AS clean
    FROM order_lines
    WHERE batch_id IN {batches:Array(UInt32)}
)
GROUP BY GROUPING SETS ((batch_id), ())
ORDER BY batch_id
