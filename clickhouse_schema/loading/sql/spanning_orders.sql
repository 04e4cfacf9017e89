-- Orders whose lines lie in two slices of time.
SELECT order_key
FROM staging_order_lines
WHERE batch_id = {batch:UInt32}
GROUP BY order_key
HAVING arrayCount(cut -> cut <= min(ordered_at), {cuts:Array(DateTime('UTC'))})
    != arrayCount(cut -> cut <= max(ordered_at), {cuts:Array(DateTime('UTC'))})
