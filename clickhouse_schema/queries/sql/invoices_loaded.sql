-- Invoices of the slice as the file has them, cancellations and corrections included. One that
-- came in two batches counts once: rows that count as an order, and the keys of the few others
-- that are not among those.
WITH others AS
(
    SELECT DISTINCT order_key
    FROM orders
    WHERE NOT is_order
      AND ordered_at >= toDateTime({start:Date}, 'UTC')
      AND ordered_at < toDateTime({end:Date}, 'UTC')
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND {{in_segment}}
)
SELECT
    countIf(is_order AND order_key NOT IN (SELECT order_key FROM others))
        + (SELECT count() FROM others)          AS invoices
FROM orders
WHERE ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND {{in_segment}}
