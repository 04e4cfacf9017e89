-- Corrections of the stock: no customer, no price, units taken off.
INSERT INTO staging_order_lines
(
    batch_id, line_no, line_hash, order_id, order_key, customer_key, product_key, ordered_at,
    country, channel, category, store, payment_method, kind, is_product,
    quantity, unit_price, discount_amount, net_amount, cost_amount
)
WITH
    (what, n) -> cityHash64({seed:UInt64}, what, n) / 18446744073709551616. AS draw,
    drawn AS
    (
        SELECT
            number AS n,
            toUInt32(floor({products:UInt64} * pow(draw('corrected', n), 2))) AS wanted,
            concat('ADJ-', leftPad(toString(n + 1), 6, '0'))                  AS id,
            toInt64(-1 - floor(-6 * log(1 - draw('units', n))))               AS units
        FROM numbers({corrections:UInt64})
    )
SELECT
    {batch:UInt32},
    {lines_before:UInt64} + row_number() OVER (ORDER BY n),
    cityHash64(id),
    id,
    cityHash64(id),
    0,
    p.product_key,
    toDateTime({first_day:Date} + toIntervalDay(floor({days:UInt32} * draw('day', n))), 'UTC')
        + toIntervalSecond(toUInt32(25200 + 3600 * draw('second', n))),
    {countries:Array(String)}[1],
    'Store',
    p.category,
    {shops:Array(Array(String))}[1][1],
    '',
    'correction',
    1,
    toDecimal64(units, 3),
    0,
    0,
    0,
    toDecimal64(units * p.unit_cost, 4)
FROM drawn
INNER JOIN staging_sample_products AS p ON p.product_no = drawn.wanted
WHERE p.batch_id = {batch:UInt32}
