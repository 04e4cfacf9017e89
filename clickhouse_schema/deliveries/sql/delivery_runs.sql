-- The state of each run: its newest event, with the batches that arrived; the last begun first.
SELECT
    run_id, event_no, revision, at, state, activation_id, activation_version, cause, replay_of,
    asked_by, due_at, began_at, segment_id, segment_version, segment_name, freeze_id, members,
    batch_size, batches, owner, attempts, resume_at, place, error,
    done.batches_done                                   AS batches_done,
    done.posts                                          AS posts,
    greatest(at, done.last_at)                          AS seen_at
FROM
(
    SELECT *
    FROM
    (
        SELECT *, _block_number AS place_in_log
        FROM delivery_runs
        WHERE (empty({run_id:String}) OR run_id = {run_id:String})
        ORDER BY run_id, event_no, place_in_log, revision
        LIMIT 1 BY run_id, event_no
    )
    ORDER BY run_id, event_no DESC
    LIMIT 1 BY run_id
) AS newest
LEFT JOIN
(
    SELECT
        run_id, toUInt32(uniqExact(batch_no)) AS batches_done, sum(attempts) AS posts,
        max(at) AS last_at
    FROM delivery_batches
    WHERE (empty({run_id:String}) OR run_id = {run_id:String})
    GROUP BY run_id
) AS done USING run_id
WHERE (empty({activation_id:String}) OR activation_id = {activation_id:String})
  AND (empty({states:Array(String)}) OR state IN {states:Array(String)})
ORDER BY began_at DESC, run_id
LIMIT {most:UInt32}
