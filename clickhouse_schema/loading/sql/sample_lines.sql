-- The lines of the orders of a stretch of weeks, and what of them came back later.
INSERT INTO staging_order_lines
(
    batch_id, line_no, line_hash, order_id, order_key, customer_key, product_key, ordered_at,
    country, channel, category, store, payment_method, kind, is_product,
    quantity, unit_price, discount_amount, net_amount, cost_amount
)
WITH
    (what, n, k) -> cityHash64({seed:UInt64}, what, n, k) AS dice,
    (what, n, k) -> dice(what, n, k) / 18446744073709551616. AS draw,
    aisles AS
    (
        SELECT week, max(high) AS total, groupArray((category_no, low, high)) AS bounds
        FROM
        (
            SELECT week, category_no, min(low) AS low, max(high) AS high
            FROM staging_sample_shelf
            WHERE batch_id = {batch:UInt32} AND is_product
            GROUP BY week, category_no
        )
        GROUP BY week
    ),
    slots AS
    (
        SELECT
            o.order_no AS order_no, o.week AS week, j,
            -- Lines are one and then more, with an even chance of stopping after each.
            -- Some customers always fill their basket.
            1 + ({basket_sizes:Array(Float64)}[indexOf({channels:Array(String)}, o.channel)] - 1)
                * (0.5 - 0.5 * log(1 - draw('appetite', o.customer_no, 0)))   AS size,
            draw('roll', o.order_no, j) AS roll,
            -- Everybody has two favourite departments and some products of habit there.
            draw('taste', o.customer_no, if(draw('favourite', o.order_no, j) < 0.65, 1, 2)) AS taste,
            arrayFirstIndex(c -> taste < c, {category_shares:Array(Float64)}) AS favourite,
            arrayFirst(b -> b.1 = favourite, a.bounds) AS aisle,
            if(roll < 0.10, dice('habit', o.customer_no, dice('which', o.order_no, j) % 6),
               dice('pick', o.order_no, j)) AS pick,
            if(roll < 0.32 AND aisle.3 > 0, aisle.2 + pick % (aisle.3 - aisle.2), pick % a.total) AS at
        FROM staging_sample_orders AS o
        INNER JOIN aisles AS a ON o.week = a.week
        ARRAY JOIN range(toUInt64(least(80, 1 + floor(
            log(1 - draw('lines', o.order_no, 0)) / log(1 - 1 / greatest(1.01, size)))))) AS j
        WHERE o.batch_id = {batch:UInt32}
          AND o.week >= {week_from:UInt16} AND o.week < {week_to:UInt16}
    ),
    picked AS
    (
        SELECT l.order_no AS order_no, l.week AS week, l.j AS j, s.product_no AS product_no
        FROM slots AS l
        ASOF INNER JOIN
        (
            SELECT week, low, product_no
            FROM staging_sample_shelf
            WHERE batch_id = {batch:UInt32} AND is_product
        ) AS s ON l.week = s.week AND l.at >= s.low
    ),
    -- The other half of a pair is taken more often when it is cheap.
    offers AS
    (
        SELECT s.week AS week, p.product_no_a AS product_no_a, p.product_no_b AS product_no_b,
               least(0.95, p.chance * s.pull) AS chance
        FROM staging_sample_pairs AS p
        INNER JOIN staging_sample_shelf AS s ON p.product_no_b = s.product_no
        WHERE p.batch_id = {batch:UInt32} AND s.batch_id = {batch:UInt32}
    ),
    baskets AS
    (
        SELECT
            order_no,
            arraySort(groupArray((j, picked.product_no, p.product_no_b, p.chance))) AS items
        FROM picked
        LEFT JOIN offers AS p ON picked.product_no = p.product_no_a AND picked.week = p.week
        GROUP BY order_no
    ),
    filled AS
    (
        SELECT
            o.*,
            arrayConcat(
                -- A line after one half of a pair may be the other half.
                arrayDistinct(arrayMap(
                    (item, before) ->
                        if(draw('pair', order_no, item.1) < before.4, before.3, item.2),
                    b.items, arrayPushFront(arrayPopBack(b.items), (0, 0, 0, 0.)))),
                if(channel != 'Store' AND draw('postage', order_no, 0) < 0.12,
                   [toUInt32(-1)], []))                                       AS chosen
        FROM staging_sample_orders AS o
        INNER JOIN baskets AS b ON o.order_no = b.order_no
        WHERE o.batch_id = {batch:UInt32}
          AND o.week >= {week_from:UInt16} AND o.week < {week_to:UInt16}
    ),
    rows AS
    (
        SELECT * EXCEPT chosen, product_no, place
        FROM filled
        ARRAY JOIN chosen AS product_no, arrayEnumerate(chosen) AS place
    ),
    priced AS
    (
        SELECT
            r.*, s.product_key AS product_key, s.category AS category, s.is_product AS is_product,
            s.unit_cost AS unit_cost,
            s.discount_rate AS discount_rate,
            draw('luck', order_no, place) AS luck,
            -- Now and then something is given away.
            if(is_product AND draw('free', order_no, place) < 0.0008, toDecimal64(0, 4), s.list_price)
                AS unit_price,
            -- Mostly about the mean, sometimes many.
            1 + toInt64(floor((s.mean_quantity - 1) * (0.5 - 0.5 * log(1 - draw('many', order_no, place)))
                + draw('quantity', order_no, place)))
                AS bought,
            ordered_at AS sold_at,
            toStartOfDay(sold_at) + toIntervalDay(3 + toUInt8(floor(22 * draw('wait', order_no, 0))))
                + toIntervalSecond(toUInt32(32400 + 32400 * draw('desk', order_no, 0))) AS back_at,
            copy
        FROM rows AS r
        INNER JOIN staging_sample_shelf AS s ON r.week = s.week AND r.product_no = s.product_no
        -- 0 is the line itself, 1 the same line typed twice, 2 what came back of it.
        ARRAY JOIN arrayConcat(
            [0], if(s.is_product AND draw('twice', r.order_no, r.place) < 0.0006, [1], []),
            if(draw('back', r.order_no, r.place) < s.return_rate, [2], [])) AS copy
        WHERE s.batch_id = {batch:UInt32}
    ),
    told AS
    (
        SELECT
            *,
            concat(if(copy = 2, 'C', ''), toString(500000 + order_no)) AS id,
            multiIf(copy != 2, bought, luck < 0.6, -bought, -1 - toInt64(floor(luck * (bought - 1))))
                AS units,
            round(units * unit_price * discount_rate, 2) AS discount
        FROM priced
        WHERE copy != 2
           OR (unit_price > 0 AND back_at < toDateTime({first_day:Date} + toIntervalDay({days:UInt32}), 'UTC'))
    )
SELECT
    {batch:UInt32},
    {lines_before:UInt64} + row_number() OVER (ORDER BY order_no, place, copy) AS line_no,
    cityHash64(id, place)                                                     AS line_hash,
    id                                                                        AS order_id,
    cityHash64(id)                                                            AS order_key,
    if(known_customer, cityHash64(toString(100001 + customer_no)), 0)         AS customer_key,
    product_key,
    if(copy = 2, back_at, sold_at)                                            AS ordered_at,
    country, channel, category, store, payment_method,
    multiIf(copy = 2, 'return', unit_price = 0, 'free', 'sale')               AS kind,
    is_product,
    toDecimal64(units, 3)                                                     AS quantity,
    unit_price,
    toDecimal64(discount, 4)                                                  AS discount_amount,
    toDecimal64(units * unit_price - discount, 4)                             AS net_amount,
    toDecimal64(units * unit_cost, 4)                                         AS cost_amount
FROM told
