-- The batches of a run that arrived, ascending.
SELECT DISTINCT batch_no
FROM delivery_batches
WHERE run_id = {run_id:String}
ORDER BY batch_no
