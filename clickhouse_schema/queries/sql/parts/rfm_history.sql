SELECT
    customer_key,
    arrayCount((at, place) -> place != 0 AND at < {snapshot:DateTime('UTC')},
        `history.ordered_at`, `history.place_key`)                      AS frequency,
    arrayMax((at, place) ->
        toUInt32(at) * (place != 0 AND at < {snapshot:DateTime('UTC')}),
        `history.ordered_at`, `history.place_key`)                      AS last_at,
    arraySum((at, amount) ->
        reinterpretAsInt64(amount) * (at < {snapshot:DateTime('UTC')}),
        `history.ordered_at`, `history.net_amount`)                     AS revenue,
    arraySum((at, amount) ->
        reinterpretAsInt64(amount) * (at < {snapshot:DateTime('UTC')}
            AND at >= subtractMonths({snapshot:DateTime('UTC')}, 12)),
        `history.ordered_at`, `history.net_amount`)                     AS year_revenue,
    arrayCount((at, place) -> place != 0
        AND at >= {snapshot:DateTime('UTC')} AND at < {until:DateTime('UTC')},
        `history.ordered_at`, `history.place_key`)                      AS next_orders,
    arraySum((at, amount) -> reinterpretAsInt64(amount)
        * (at >= {snapshot:DateTime('UTC')} AND at < {until:DateTime('UTC')}),
        `history.ordered_at`, `history.net_amount`)                     AS next_revenue
FROM customer_totals
WHERE {{all_orders}}
  AND {{in_segment}}
