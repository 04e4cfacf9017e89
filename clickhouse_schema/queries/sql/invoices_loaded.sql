-- Invoices of the slice as the file has them, cancellations and corrections included. A batch
-- holds an invoice once, so one batch alone only counts its rows. One that came in two batches
-- counts once: rows that count as an order, and the keys of the few others that are not among
-- those.
WITH
    (SELECT min(batch_id) = max(batch_id) FROM orders) AS one_batch,
    others AS
    (
        SELECT DISTINCT order_key
        FROM orders
        WHERE NOT one_batch
          AND NOT is_order
          AND ordered_at >= toDateTime({start:Date}, 'UTC')
          AND ordered_at < toDateTime({end:Date}, 'UTC')
          AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
          AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
          AND {{in_segment}}
    )
SELECT
    countIf(one_batch OR (is_order AND order_key NOT IN (SELECT order_key FROM others)))
        + (SELECT count() FROM others)          AS invoices
FROM orders
WHERE ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND {{in_segment}}
