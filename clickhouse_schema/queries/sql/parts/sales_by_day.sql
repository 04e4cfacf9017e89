-- daily_sales, or the same of the customers of a segment alone.
SELECT * EXCEPT batch_id
FROM daily_sales
WHERE {segment:UInt64} = 0
UNION ALL
SELECT * EXCEPT set_id
FROM segment_days
WHERE set_id = {segment:UInt64}
