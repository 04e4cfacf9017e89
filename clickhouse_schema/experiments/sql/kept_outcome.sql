SELECT
    customer_key,
    arrayCount((at, place) -> place != 0 AND at < {snapshot:DateTime('UTC')},
        `history.ordered_at`, `history.place_key`)                      AS frequency,
    arrayMax((at, place) ->
        toUInt32(at) * (place != 0 AND at < {snapshot:DateTime('UTC')}),
        `history.ordered_at`, `history.place_key`)                      AS last_at,
    arraySum((at, amount) ->
        reinterpretAsInt64(amount) * (at < {snapshot:DateTime('UTC')}),
        `history.ordered_at`, `history.net_amount`)                     AS monetary,
    arrayCount((at, place) -> place != 0
        AND at >= {snapshot:DateTime('UTC')} AND at < {until:DateTime('UTC')},
        `history.ordered_at`, `history.place_key`)                      AS orders,
    arraySum((at, amount) -> reinterpretAsInt64(amount)
        * (at >= {snapshot:DateTime('UTC')} AND at < {until:DateTime('UTC')}),
        `history.ordered_at`, `history.net_amount`)                     AS revenue,
    arrayCount((at, place) -> place != 0
        AND at >= {since:DateTime('UTC')} AND at < {snapshot:DateTime('UTC')},
        `history.ordered_at`, `history.place_key`)                      AS before_orders,
    arraySum((at, amount) -> reinterpretAsInt64(amount)
        * (at >= {since:DateTime('UTC')} AND at < {snapshot:DateTime('UTC')}),
        `history.ordered_at`, `history.net_amount`)                     AS before_revenue
FROM customer_totals
WHERE customer_key <= {last_key:UInt64}
  AND {{is_member}}
