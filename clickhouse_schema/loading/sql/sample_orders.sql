-- The orders before their lines: who, when, where. Numbered in order of time.
INSERT INTO staging_sample_orders
WITH
    (what, n, k) -> cityHash64({seed:UInt64}, what, n, k) / 18446744073709551616. AS draw,
    calendar AS
    (
        SELECT
            1                                                                 AS always,
            arrayJoin(arrayEnumerate({day_lows:Array(Float64)})) - 1          AS day,
            {day_lows:Array(Float64)}[day + 1]                                AS low,
            {first_day:Date} + toIntervalDay(day)                             AS date,
            toDayOfWeek(date)                                                 AS weekday,
            arrayMap((from, to, weekdays) ->
                (from + (to - from) * day / {days:UInt32}) * weekdays[weekday],
                {channel_from:Array(Float64)}, {channel_to:Array(Float64)},
                {channel_weekdays:Array(Array(Float64))})                     AS with_shops,
            arrayMap((w, c) -> if(c = 'Store', 0, w), with_shops, {channels:Array(String)})
                                                                              AS without_shops
    ),
    known AS
    (
        SELECT
            customer_no, 1 AS known, life, country_no, k, orders,
            -- Loyal customers come at even gaps, a little shaken; a fading one's gaps grow; one who
            -- was won back has a first and a second time with a pause between.
            toInt32(greatest(2, least(orders - 2, round(orders * pause_from)))) AS before,
            (span - pause) * pause_from                                       AS first_time,
            (span - pause) * (1 - pause_from)                                 AS second_time,
            draw('shake', customer_no, k) - 0.5                               AS shake,
            multiIf(
                life = 'one_off', begins,
                life IN ('loyal', 'new'), begins + span * (k + 0.5 * shake) / (orders - 1),
                life = 'fading', begins + span * pow((k + 0.4 * shake * (k > 0)) / (orders - 1), 2.1),
                life = 'won_back' AND k < before,
                    begins + first_time * (k + 0.4 * shake * (k > 0)) / (before - 1),
                life = 'won_back',
                    begins + first_time + pause
                    + second_time * (k - before + 0.4 * shake * (k > before)) / (orders - before - 1),
                {gift_from:Array(Float64)}[season] + (shake + 0.5)
                    * ({gift_to:Array(Float64)}[season] - {gift_from:Array(Float64)}[season]))
                                                                              AS planned,
            -- Whoever would come after the end came a little earlier.
            least(0.9999999, abs(if(planned > 1, 2 - planned, planned)))      AS at,
            k + indexOf({gift_from:Array(Float64)}, begins)                   AS season
        FROM staging_sample_customers
        ARRAY JOIN range(orders) AS k
        WHERE batch_id = {batch:UInt32}
    ),
    strangers AS
    (
        SELECT
            toUInt32({customers:UInt64} + number) AS customer_no, 0 AS known,
            draw('position', customer_no, 0) AS position,
            arrayCumSum(arrayMap((from, to, opens) ->
                if(position < opens, 0, from + (to - from) * (position - opens) / (1 - opens)),
                {country_from:Array(Float64)}, {country_to:Array(Float64)},
                {country_opens:Array(Float64)}))                              AS sums,
            arrayFirstIndex(s -> draw('country', customer_no, 0) * sums[-1] < s, sums) AS country_no
        FROM numbers({strangers:UInt64})
    ),
    -- Lives alone do not make an even stream: it is stretched where they crowd, so that each day
    -- gets what the calendar wants. Christmas shoppers come on top, when they want.
    (
        SELECT groupArrayInsertAt(0, 400)(orders, slice)
        FROM
        (
            SELECT toUInt32(floor(400 * at)) AS slice, count() AS orders
            FROM known
            WHERE life != 'gift'
            GROUP BY slice
        )
    ) AS crowd,
    arrayPushFront(arrayCumSum(crowd), 0) AS crowd_before,
    visits AS
    (
        SELECT customer_no, known, country_no, toUInt64(k) AS k, 1 AS always,
               toUInt32(floor(400 * at)) AS slice,
               if(life = 'gift', at, least(0.9999999,
                   (crowd_before[slice + 1] + (400 * at - slice) * crowd[slice + 1])
                   / crowd_before[-1]))                                       AS position
        FROM known
        UNION ALL
        SELECT customer_no, known, country_no, toUInt64(0), 1, 0, position FROM strangers
    ),
    dated AS
    (
        SELECT
            v.customer_no AS customer_no, v.known AS known, v.k AS k, v.country_no AS country_no,
            c.day AS day, c.date AS date, c.weekday AS weekday,
            {shops:Array(Array(String))}[country_no] AS shops,
            arrayCumSum(if(empty(shops), c.without_shops, c.with_shops))      AS sums,
            -- People keep to their channel and drift with everybody; some orders go elsewhere.
            if(draw('elsewhere', customer_no, k) < 0.25, draw('channel', customer_no, k + 1),
               draw('channel', customer_no, 0)) * sums[-1]                    AS wish,
            -- Who leaves no name mostly pays at a till.
            if(NOT known AND notEmpty(shops) AND draw('till', customer_no, k) < 0.85,
               indexOf({channels:Array(String)}, 'Store'),
               arrayFirstIndex(s -> wish < s, sums))                           AS channel_no,
            {channels:Array(String)}[channel_no]                              AS channel,
            {hours:Array(Array(Float64))}[2 * channel_no - (weekday < 6)]     AS hour_sums,
            arrayFirstIndex(s -> draw('hour', customer_no, k) < s, hour_sums) - 1 AS hour,
            {payments:Array(Array(Float64))}[channel_no]                      AS payment_sums
        FROM visits AS v
        ASOF INNER JOIN calendar AS c ON v.always = c.always AND v.position >= c.low
    )
SELECT
    {batch:UInt32},
    row_number() OVER (ORDER BY ordered_at, customer_no, k)                   AS order_no,
    customer_no,
    known                                                                     AS known_customer,
    toDateTime(date, 'UTC') + toIntervalSecond(toUInt32(
        hour * 3600 + floor(draw('second', customer_no, k) * 3600)))          AS ordered_at,
    intDiv(day + toDayOfWeek({first_day:Date}) - 1, 7)                        AS week,
    {countries:Array(String)}[country_no]                                     AS country,
    channel,
    if(channel = 'Store', shops[1 + toUInt32(floor(pow(draw('shop', customer_no, 0), 1.4) * length(shops)))], '')
                                                                              AS store,
    {payment_methods:Array(String)}[
        arrayFirstIndex(s -> draw('payment', customer_no, k) < s, payment_sums)] AS payment_method
FROM dated
