SELECT
    {{customer_past}},
    arrayCount((at, place) -> {{in_slice}}
        AND at >= toDateTime({start:Date}, 'UTC') AND at < toDateTime({end:Date}, 'UTC'),
        `history.ordered_at`, `history.place_key`)                      AS orders,
    arrayCount((at, place) -> {{in_slice}}
        AND at >= toDateTime({before_start:Date}, 'UTC')
        AND at < toDateTime({before_end:Date}, 'UTC'),
        `history.ordered_at`, `history.place_key`)                      AS orders_before,
    arrayReduce('groupBitOr', arrayMap((at, place) -> bitShiftLeft(
        toUInt64({{in_slice}}
            AND at >= toDateTime({start:Date}, 'UTC') AND at < toDateTime({end:Date}, 'UTC')),
        {buckets:Array(UInt8)}[toDate(at) - {start:Date} + 1]),
        `history.ordered_at`, `history.place_key`))                     AS places
FROM customer_totals
