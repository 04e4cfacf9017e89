-- What is loaded now: extent of the orders, and the terms of the newest live batch.
WITH batches AS
(
    SELECT
        batch_id,
        argMax(state, event_no)     AS state,
        argMax(is_sample, event_no) AS is_sample,
        argMax(currency, event_no)  AS currency,
        argMax(time_zone, event_no) AS time_zone,
        max(at)                     AS at
    FROM load_ledger
    GROUP BY batch_id
    HAVING state = 'live'
)
SELECT
    (SELECT countIf(is_order) FROM orders)                              AS orders,
    (SELECT min(ordered_at) FROM orders WHERE is_order)                 AS first_at,
    (SELECT max(ordered_at) FROM orders WHERE is_order)                 AS newest_at,
    (SELECT countIf(is_sample) > 0 FROM batches)                        AS is_sample,
    (SELECT argMax(currency, at) FROM batches)                          AS currency,
    (SELECT argMax(time_zone, at) FROM batches)                         AS time_zone,
    (SELECT toDateTime(max(at), 'UTC') FROM batches)                    AS loaded_at
