product_key,
sum(units)                                              AS all_units,
sum(revenue)                                            AS all_revenue,
sum(cost)                                               AS all_cost,
sum(returned)                                           AS all_returned,
max(last_day)                                           AS last_sold_on,
minIf(price, units > 0)                                 AS price_low,
maxIf(price, units > 0)                                 AS price_high,
-- From here on only whole periods count.
countIf(demand > 0)                                     AS sold_periods,
sum(demand)                                             AS whole_demand,
sum(demand * demand)                                    AS squares,
-- Against a yearly cycle and its half: what least squares needs, without the periods of no sale.
sum(if({seasonal:UInt8} = 1, demand * cos(period * {turn:Float64}), 0))     AS cos_1,
sum(if({seasonal:UInt8} = 1, demand * sin(period * {turn:Float64}), 0))     AS sin_1,
sum(if({seasonal:UInt8} = 1, demand * cos(2 * period * {turn:Float64}), 0)) AS cos_2,
sum(if({seasonal:UInt8} = 1, demand * sin(2 * period * {turn:Float64}), 0)) AS sin_2
