-- Pairs of well-selling, steady, lasting products of different departments, with a wished lift
-- and the chance that makes it.
INSERT INTO staging_sample_pairs
WITH
    (what, n) -> cityHash64({seed:UInt64}, what, n) / 18446744073709551616. AS draw,
    (SELECT sum(popularity) FROM staging_sample_products WHERE batch_id = {batch:UInt32}) AS whole,
    chosen AS
    (
        SELECT product_no, product_key, category_no, popularity / whole AS share,
               row_number() OVER (ORDER BY draw('pair order', product_no), product_no) AS place
        FROM
        (
            SELECT *
            FROM staging_sample_products
            WHERE batch_id = {batch:UInt32} AND demand_kind = 'steady'
              AND launched_on < {first_day:Date} AND ended_on > toDate('2148-01-01')
              AND product_no >= 3
            ORDER BY product_no
            LIMIT {paired_products:UInt64}
        )
    ),
    matched AS
    (
        SELECT
            a.product_key AS key_a, b.product_key AS key_b,
            a.product_no AS no_a, b.product_no AS no_b,
            a.share AS share_a,
            b.share AS share_b,
            3.5 + 5.5 * draw('lift', a.product_no) AS wished
        FROM chosen AS a
        INNER JOIN chosen AS b ON b.place = a.place + 1
        WHERE a.place % 2 = 1
    )
SELECT
    {batch:UInt32}, key_a, key_b, no_a, no_b,
    -- Lines of an order follow each other: b is offered where a line follows a. Orders with more
    -- lines hold both more often anyway, which is the base of the lift.
    least(0.6, (wished - {base_lift:Float64}) * share_b * {lines_per_order:Float64}
        / (1 - 1 / {lines_per_order:Float64})
        / (1 - wished * share_a * {lines_per_order:Float64}))                AS chance,
    wished                                                                   AS lift
FROM matched
WHERE wished * share_a * {lines_per_order:Float64} < 0.7
