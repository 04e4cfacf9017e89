-- How many customers of one freeze are in others too.
SELECT uniqExact(customer_key)
FROM experiment_arms
WHERE freeze_id = {freeze_id:String}
  AND customer_key IN
  (
      SELECT customer_key FROM experiment_arms WHERE freeze_id IN {others:Array(String)}
  )
