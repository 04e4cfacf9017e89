-- Customers whose id begins with a text; an id that is the text itself first.
SELECT
    customer_id,
    any(customers.customer_key)                                         AS customer_key
FROM customers
WHERE startsWith(customer_id, {text:String})
GROUP BY customer_id
ORDER BY customer_id
LIMIT {most:UInt32}
