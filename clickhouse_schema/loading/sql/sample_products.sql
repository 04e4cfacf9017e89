-- The products, most popular first, with their price response and kind of demand.
INSERT INTO staging_sample_products
WITH
    (what, n) -> cityHash64({seed:UInt64}, what, n) / 18446744073709551616. AS draw,
    -- A standard normal number.
    (what, n) -> sqrt(-2 * log(1 - draw(what, n))) * cos(2 * pi() * draw(concat(what, '2'), n))
        AS bell,
    -- A price tag: 3.49, 12.99, 139.00.
    price -> multiIf(price < 10, greatest(1, round(price * 2)) / 2 - 0.01,
                     price < 60, round(price) - 0.01,
                     round(price / 5) * 5) AS tag,
    amount -> toDecimal64(toInt64(round(amount * 100)), 4) / 100 AS money,
    placed AS
    (
        SELECT
            toUInt32(number)                                                  AS n,
            arrayFirstIndex(c -> draw('category', n) < c, {category_shares:Array(Float64)}) AS c,
            toUInt64(row_number() OVER (PARTITION BY c ORDER BY n) - 1)       AS place,
            -- Spreads neighbours over all names; 7919 divides no count of names.
            (place * 7919 + cityHash64({seed:UInt64}, 'names', c)) % {names:UInt64} AS name_no,
            intDiv(place, {names:UInt64})                                     AS size_no
        FROM numbers({products:UInt64})
    ),
    sized AS
    (
        SELECT
            *,
            tag({prices:Array(Float64)}[c] * exp(0.55 * bell('price', n)))    AS price,
            multiIf(draw('loss', n) < 0.015, -0.12,
                    least(0.8, greatest(0.05, {margins:Array(Float64)}[c] + 0.07 * bell('margin', n))))
                                                                              AS margin,
            n < {products:UInt64} * 0.04                                      AS is_top,
            pow(n + 1 + {products:UInt64} * 0.006, -0.92) * exp(0.15 * bell('popularity', n))
                                                                              AS popularity,
            -- Summed as whole numbers: a sum of floats depends on which thread comes first.
            popularity * 1e12 / sum(toUInt64(1e12 * popularity)) OVER ()      AS share,
            -- Few sales a month vary by chance alone: kinds are planted where they can be seen.
            multiIf(share * {monthly_lines:Float64} < {least_seen:Float64}, 'slow',
                    draw('kind', n) < 0.55, 'steady', draw('kind', n) < 0.80, 'seasonal',
                    n < {never_erratic:UInt64}, 'steady', 'erratic')          AS kind,
            {styles:Array(String)}[1 + name_no % length({styles:Array(String)})] AS style,
            intDiv(name_no, length({styles:Array(String)}))                   AS rest,
            {materials:Array(Array(String))}[c]                               AS materials,
            {nouns:Array(Array(String))}[c]                                   AS nouns,
            concat(
                style, ' ', materials[1 + rest % length(materials)], ' ',
                nouns[1 + intDiv(rest, length(materials)) % length(nouns)],
                multiIf(size_no = 0, '',
                        size_no < length({sizes:Array(String)}),
                        concat(', ', {sizes:Array(String)}[size_no + 1]),
                        concat(', No. ', toString(size_no))))                 AS name,
            draw('newness', n)                                                AS newness
        FROM placed
    )
SELECT
    {batch:UInt32}                                                            AS batch_id,
    n                                                                         AS product_no,
    cityHash64(product_id)                                                    AS product_key,
    -- A code per department, numbers not in order of popularity.
    concat({codes:Array(String)}[c], '-', toString(10000 + (n * 7919 + {seed:UInt64} % 90000)
        % (90000 * intDiv({products:UInt64} + 8999, 9000))))                           AS product_id,
    name                                                                      AS description,
    c                                                                         AS category_no,
    {categories:Array(String)}[c]                                             AS category,
    kind                                                                      AS demand_kind,
    greatest(-4.5, least(-0.4,
        {elasticities:Array(Float64)}[c] * exp(0.35 * bell('elasticity', n)))) AS elasticity,
    popularity,
    -- Most seasonal products peak when their department does.
    if(draw('own season', n) < 0.3, floor(draw('peak', n) * 52),
       ({peaks:Array(UInt8)}[c] + 52 + floor(draw('peak', n) * 9) - 4) % 52)  AS peak_week,
    money(price)                                                              AS base_price,
    money(price * (1 - margin))                                               AS unit_cost,
    1 + ({quantities:Array(Float64)}[c] - 1) * (0.5 + draw('quantity', n))
        * if(kind = 'erratic', 2.5, 1)                                        AS mean_quantity,
    {returns:Array(Float64)}[c] * (0.4 + 1.2 * draw('returns', n))            AS return_rate,
    -- One in eight is launched within the history, one in twelve taken out of the range.
    if(NOT is_top AND newness < 0.125,
       {first_day:Date} + toIntervalDay(floor({days:UInt32} * (0.06 + 0.84 * draw('launch', n)))),
       {first_day:Date} - toIntervalDay(floor(900 * draw('launch', n)) + 1))  AS launched_on,
    if(NOT is_top AND newness > 0.917,
       {first_day:Date} + toIntervalDay(floor({days:UInt32} * (0.25 + 0.72 * draw('end', n)))),
       toDate('2149-01-01'))                                                  AS ended_on
FROM sized
