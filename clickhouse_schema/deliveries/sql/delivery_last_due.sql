-- The last time that the schedule of each activation has begun a run for.
SELECT activation_id, max(due_at) AS last_due
FROM delivery_runs
WHERE cause = 'schedule'
GROUP BY activation_id
