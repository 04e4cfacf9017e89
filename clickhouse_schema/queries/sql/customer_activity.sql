-- Customers active in the slice, in the whole period (position -1) and in each of its buckets
-- (positions from 0, at most 63): how many, how many of them ordered for the first time ever
-- there, how many ordered twice or more in the period, and all they had ever spent, wherever
-- they bought, when the period ended. The row of the whole period also has the period before.
-- `buckets` says for each day of the period which bucket it is in; the buckets a customer was
-- active in are the bits of a number.
-- Reads each customer's kept history, one row per customer and batch: only where several batches
-- are loaded are those of a customer brought together.
-- Amounts are summed as the whole ten-thousandths a Decimal(18, 4) holds: exact, and twice as
-- fast as Decimal over millions of customers.
WITH
    (SELECT min(batch_id) = max(batch_id) FROM customer_totals) AS one_batch,
    chosen_places AS
    (
        SELECT cityHash64(country, channel) AS place_key
        FROM (SELECT DISTINCT country FROM daily_sales) AS known_countries
        CROSS JOIN (SELECT DISTINCT channel FROM daily_sales) AS known_channels
        WHERE (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
          AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
    ),
    lives AS
    (
        SELECT first_at, orders, orders_before, places, spent, spent_before
        FROM
        (
            {{customer_lives}}
            WHERE one_batch AND {{in_segment}}
        )
        UNION ALL
        SELECT
            min(batch.first_at),
            sum(batch.orders),
            sum(batch.orders_before),
            groupBitOr(batch.places),
            sum(batch.spent),
            sum(batch.spent_before)
        FROM
        (
            {{customer_lives}}
            WHERE NOT one_batch AND {{in_segment}}
        ) AS batch
        GROUP BY customer_key
    )
{{activity_of_lives}}
