-- The set that was made of a key, if it is young enough to be handed out.
SELECT set_id, customers
FROM segment_sets
WHERE set_key = {set_key:String}
  AND made_at > now('UTC') - INTERVAL {hours:UInt32} HOUR
ORDER BY made_at, set_id
LIMIT 1
