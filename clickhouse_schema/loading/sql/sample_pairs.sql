-- Pairs of well-selling, lasting products without a season of their own: the second is offered
-- where a line follows the first, and taken with a chance that makes the lift.
INSERT INTO staging_sample_pairs
WITH
    (what, n) -> cityHash64({seed:UInt64}, what, n) / 18446744073709551616. AS draw,
    -- Summed as whole numbers: a sum of floats depends on which thread comes first.
    (
        SELECT sum(toUInt64(1e12 * popularity)) / 1e12
        FROM staging_sample_products
        WHERE batch_id = {batch:UInt32}
    ) AS whole,
    chosen AS
    (
        SELECT product_no, product_key, popularity / whole AS share,
               row_number() OVER (ORDER BY draw('pair order', product_no), product_no) AS place
        FROM
        (
            SELECT *
            FROM staging_sample_products
            WHERE batch_id = {batch:UInt32} AND demand_kind IN ('steady', 'slow')
              AND launched_on < {first_day:Date} AND ended_on > toDate('2148-01-01')
              AND product_no >= 3
            ORDER BY product_no
            LIMIT {paired_products:UInt64}
        )
    ),
    -- Shares of orders, not of lines.
    matched AS
    (
        SELECT
            a.product_key AS key_a, b.product_key AS key_b,
            a.product_no AS no_a, b.product_no AS no_b,
            a.share * {lines_per_order:Float64} AS share_a,
            b.share * {lines_per_order:Float64} AS share_b,
            1 - 1 / {lines_per_order:Float64}   AS goes_on,
            6 + 8 * draw('lift', a.product_no)  AS wished,
            -- Often enough to be seen in a shop of many products too.
            greatest(0.08 + 0.08 * draw('least', a.product_no),
                     least(0.5, wished * share_b / goes_on)) AS chance
        FROM chosen AS a
        INNER JOIN chosen AS b ON b.place = a.place + 1
        WHERE a.place % 2 = 1
    )
SELECT
    {batch:UInt32}, key_a, key_b, no_a, no_b, chance,
    -- Orders of several lines hold any two products more often: that is the base.
    ({base_lift:Float64} * share_b + chance * goes_on) / (share_b + share_a * chance * goes_on) AS lift
FROM matched
