-- Customers of {snapshot} by their place among all, and what they spent from then until {until}.
-- The place is the sum over the three measures of the hundredths of customers they leave behind,
-- ties counted half: 0 to 594, the higher the better. Equal customers have equal places. Of many customers
-- only some are asked, chosen by a hash of their key.
WITH
    customers AS
    (
        SELECT recency, frequency, monetary, next_revenue
        FROM
        (
            {{rfm_customers}}
        )
        ORDER BY cityHash64(customer_key), customer_key
        LIMIT {most:UInt32}
    ),
    (
        SELECT
        (
            quantilesExactInclusive({{hundredths}})(-recency),
            quantilesExactInclusive({{hundredths}})(frequency),
            quantilesExactInclusive({{hundredths}})(monetary)
        )
        FROM customers
    ) AS cuts
SELECT
    arrayCount(cut -> -recency > cut, cuts.1) + arrayCount(cut -> -recency >= cut, cuts.1)
        + arrayCount(cut -> frequency > cut, cuts.2) + arrayCount(cut -> frequency >= cut, cuts.2)
        + arrayCount(cut -> monetary > cut, cuts.3) + arrayCount(cut -> monetary >= cut, cuts.3)
                                                                        AS place,
    count()                                                             AS customers,
    sum(customers.next_revenue) / 10000                                     AS next_revenue
FROM customers
GROUP BY place
ORDER BY place DESC
