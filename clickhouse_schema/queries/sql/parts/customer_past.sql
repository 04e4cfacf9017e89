customer_key,
arrayMin((at, place) -> if(place != 0, at, toDateTime(4294967295, 'UTC')),
    `history.ordered_at`, `history.place_key`)                          AS first_at,
arraySum((at, amount) -> reinterpretAsInt64(amount) * (at < toDateTime({end:Date}, 'UTC')),
    `history.ordered_at`, `history.net_amount`)                         AS spent,
arraySum((at, amount) ->
    reinterpretAsInt64(amount) * (at < toDateTime({before_end:Date}, 'UTC')),
    `history.ordered_at`, `history.net_amount`)                         AS spent_before
