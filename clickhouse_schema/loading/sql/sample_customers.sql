-- The customers and their lives. Time is measured in demand: 0 is the first day, 1 the end, and
-- equal steps hold equal numbers of orders, so that lives follow growth and season by themselves.
INSERT INTO staging_sample_customers
WITH
    (what, n) -> cityHash64({seed:UInt64}, what, n) / 18446744073709551616. AS draw,
    born AS
    (
        SELECT
            toUInt32(number)                                                  AS n,
            arrayFirstIndex(c -> draw('life', n) < c, {life_shares:Array(Float64)}) AS life_no,
            -log(1 - draw('activity', n))                                     AS activity,
            -- Loyal customers: half were there before the history begins.
            if(draw('old', n) < 0.5, 0, 0.03 + 0.60 * draw('joined', n))      AS joined,
            0.66 + 0.32 * draw('arrived', n)                                  AS arrived,
            toInt32(multiIf(
                life_no = 1, 1,
                life_no = 2, greatest(4, round((1 - joined) * (6 + activity * {loyal_more:Float64}))),
                life_no = 3, 4 + floor(activity * {fading_more:Float64} + 0.3),
                life_no = 4, 5 + floor(activity * {won_back_more:Float64} + 0.3),
                life_no = 6, greatest(2, round((1 - arrived) * (12 + 5 * activity))),
                0))                                                           AS planned,
            -- Gift customers: from which to which Christmas.
            if(draw('first gift', n) < 0.85, 1, 2)                            AS first_season,
            if(first_season = 2 OR draw('last gift', n) < 0.3, 3, 2)          AS last_season
        FROM numbers({customers:UInt64})
    ),
    lived AS
    (
        SELECT
            n, life_no, planned,
            if(life_no = 5, last_season - first_season + 1, planned)          AS orders,
            (1 - joined) / greatest(planned, 1)                               AS gap,
            multiIf(
                -- More of those who come once come later.
                life_no = 1, sqrt(0.25 + 2 * draw('begin', n)) - 0.5,
                life_no = 2, joined + gap * draw('begin', n),
                life_no = 3, 0.01 + 0.49 * draw('begin', n),
                life_no = 4, 0.16 * draw('begin', n),
                life_no = 6, arrived,
                {gift_from:Array(Float64)}[first_season])                     AS begins,
            multiIf(
                life_no = 1, 0,
                life_no = 2, gap * (planned - 1),
                life_no = 3, 0.22 + 0.14 * draw('span', n),
                life_no = 4, 0.88 + 0.115 * draw('span', n) - begins,
                life_no = 6, (1 - arrived) * (0.6 + 0.37 * draw('span', n)),
                {gift_to:Array(Float64)}[last_season] - begins)               AS span,
            if(life_no = 4, 0.30 + 0.40 * draw('pause from', n), 0)           AS pause_from,
            if(life_no = 4, 0.33 + 0.12 * draw('pause', n), 0)                AS pause,
            arrayMap((from, to, opens, leaving) ->
                if(begins < opens, 0, from + (to - from) * (begins - opens) / (1 - opens))
                * multiIf(leaving = 0, 1, life_no = 2, 0.5, life_no = 3, 1.6, 1),
                {country_from:Array(Float64)}, {country_to:Array(Float64)},
                {country_opens:Array(Float64)}, {country_leaving:Array(UInt8)}) AS weights,
            arrayCumSum(weights)                                              AS sums
        FROM born
    )
SELECT
    {batch:UInt32}                                                            AS batch_id,
    n                                                                         AS customer_no,
    cityHash64(customer_id)                                                   AS customer_key,
    toString(100001 + n)                                                      AS customer_id,
    life_no                                                                   AS life,
    arrayFirstIndex(s -> draw('country', n) * sums[-1] < s, sums)             AS country_no,
    orders, begins, span, pause_from, pause
FROM lived
