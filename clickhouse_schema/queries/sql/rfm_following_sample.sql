-- Some customers scored at {snapshot} and what each spent from then until {until}: chosen by a
-- hash of their key, so that the same question gives the same customers.
WITH customers AS
(
    {{rfm_customers}}
)
SELECT
    {{r_score}} AS r,
    {{f_score}} AS f,
    next_revenue / 10000                                                AS spent
FROM customers
ORDER BY cityHash64(customer_key), customer_key
LIMIT {most:UInt32}
