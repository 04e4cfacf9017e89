customer_key,
first_order_at                                                          AS first_at,
arraySum((at, amount) -> reinterpretAsInt64(amount) * (at < toDateTime({end:Date}, 'UTC')),
    `history.ordered_at`, `history.net_amount`)                         AS spent,
arraySum((at, amount) ->
    reinterpretAsInt64(amount) * (at < toDateTime({before_end:Date}, 'UTC')),
    `history.ordered_at`, `history.net_amount`)                         AS spent_before
