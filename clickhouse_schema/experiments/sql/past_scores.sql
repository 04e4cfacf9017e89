SELECT
    snapshot,
    customer_key,
    arrayCount((at, place) -> place != 0 AND at < snapshot,
        `history.ordered_at`, `history.place_key`)                      AS frequency,
    arrayMax((at, place) -> toUInt32(at) * (place != 0 AND at < snapshot),
        `history.ordered_at`, `history.place_key`)                      AS last_at,
    arraySum((at, amount) -> reinterpretAsInt64(amount) * (at < snapshot),
        `history.ordered_at`, `history.net_amount`)                     AS monetary
FROM customer_totals
ARRAY JOIN {snapshots:Array(DateTime('UTC'))} AS snapshot
WHERE customer_key <= {last_key:UInt64}
