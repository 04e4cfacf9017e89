-- As invoices_loaded, of the invoices with any line in the chosen categories.
SELECT uniqExact(order_key) AS invoices
FROM order_lines
WHERE category IN {categories:Array(String)}
  AND ordered_at >= toDateTime({start:Date}, 'UTC')
  AND ordered_at < toDateTime({end:Date}, 'UTC')
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND {{in_segment}}
