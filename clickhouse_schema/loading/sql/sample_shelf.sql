-- What can be bought in each week of a stretch: its price, its discount and its share of the draws.
INSERT INTO staging_sample_shelf
WITH
    (what, n, k) -> cityHash64({seed:UInt64}, what, n, k) / 18446744073709551616. AS draw,
    -- A price tag: 3.49, 12.99, 139.00.
    price -> multiIf(price < 10, greatest(1, round(price * 10)) / 10 - 0.01,
                     price < 60, round(price * 2) / 2 - 0.01,
                     round(price)) AS tag,
    amount -> toDecimal64(toInt64(round(amount * 100)), 4) / 100 AS money,
    weeks AS
    (
        SELECT
            toUInt16({week_from:UInt16} + number)                             AS week,
            toMonday({first_day:Date}) + toIntervalDay(7 * week)              AS monday,
            toUInt8(least(52, intDiv(toDayOfYear(monday + toIntervalDay(3)) - 1, 7))) AS season_week,
            {promotion_rates:Array(Float64)}[week + 1]                        AS promotion_rate
        FROM numbers({week_to:UInt16} - {week_from:UInt16})
    ),
    priced AS
    (
        SELECT
            p.*, w.*,
            toFloat64(p.base_price)                                           AS base,
            -- Two changes of the list price in the history, each at a week of its own.
            floor({weeks:UInt16} * (0.10 + 0.35 * draw('first change', product_no, 0))) AS change_1,
            floor({weeks:UInt16} * (0.55 + 0.35 * draw('second change', product_no, 0))) AS change_2,
            tag(base
                * if(week >= change_1, 0.96 + 0.12 * draw('change', product_no, 1), 1)
                * if(week >= change_2, 0.96 + 0.12 * draw('change', product_no, 2), 1)) AS price,
            -- Promotions last two weeks; each product has its own rhythm.
            intDiv(week + product_no % 2, 2)                                  AS fortnight,
            if(draw('promoted', product_no, fortnight) < promotion_rate,
               [0.10, 0.15, 0.20, 0.20, 0.25, 0.30, 0.30, 0.40]
                   [1 + toUInt32(floor(8 * draw('depth', product_no, fortnight)))], 0)  AS depth,
            price * (1 - depth) / base                                        AS ratio
        FROM staging_sample_products AS p
        CROSS JOIN weeks AS w
        WHERE p.batch_id = {batch:UInt32}
          AND w.monday + toIntervalDay(6) >= p.launched_on AND w.monday < p.ended_on
    ),
    wanted AS
    (
        SELECT
            *,
            {season:Array(Array(Float64))}[category_no][season_week + 1]      AS season_now,
            multiIf(
                demand_kind = 'steady', pow(season_now, 0.15),
                demand_kind = 'slow', sqrt(season_now),
                demand_kind = 'seasonal',
                exp(1.6 * cos(2 * pi() * (season_week - peak_week) / 52.2)) / 1.75,
                draw('burst', product_no, week) < 0.07,
                (0.4 + 1.2 * draw('size of burst', product_no, week)) / 0.07,
                0.02)                                                         AS mood,
            -- A new product needs some weeks to be known.
            least(1, 0.3 + dateDiff('day', launched_on, monday) / 50)         AS known,
            -- Price moves both how many buy it and how many each buys, together by the elasticity.
            greatest(1, mean_quantity * pow(ratio, 0.2 * elasticity))         AS quantity_now,
            pow(ratio, elasticity) * mean_quantity / quantity_now             AS pull,
            popularity * mood * greatest(0.1, known) * pull                   AS wish,
            toUInt64(1e12 * wish)                                             AS weight
        FROM priced
    ),
    laid AS
    (
        SELECT
            *,
            sum(weight) OVER
            (
                PARTITION BY week ORDER BY category_no, product_no
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS end
        FROM wanted
        WHERE weight > 0
    )
SELECT
    {batch:UInt32}, week, end - weight AS low, end AS high,
    product_no, product_key, category_no, category, 1 AS is_product,
    money(price)                                                              AS list_price,
    money(depth)                                                              AS discount_rate,
    unit_cost,
    quantity_now                                                              AS mean_quantity,
    return_rate,
    pull
FROM laid
UNION ALL
-- Postage, which is never drawn.
SELECT
    {batch:UInt32}, week, toUInt64(-1), toUInt64(-1),
    toUInt32(-1), cityHash64('POST'), 0, 'Delivery', 0,
    money(4.95), money(0), money(4.1), 1.0, 0.0, 1.0
FROM weeks
