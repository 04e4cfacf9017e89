-- The partitions of sets that nobody may be reading any more: too old, of data that was replaced
-- a while ago, or left behind by a process that died while making them.
WITH
    (SELECT max(at) FROM load_ledger WHERE state IN ('live', 'unloaded')) AS replaced_at,
    kept AS
    (
        SELECT set_id
        FROM segment_sets
        WHERE made_at > now('UTC') - INTERVAL {hours:UInt32} HOUR
          AND (data_version = {data_version:UInt64}
            OR replaced_at > now('UTC') - INTERVAL {grace:UInt32} MINUTE)
    )
SELECT table, partition
FROM system.parts
WHERE active
  AND database = {database:String}
  AND table IN ('segment_members', 'segment_days')
  AND toUInt64(partition) NOT IN (SELECT set_id FROM kept)
GROUP BY table, partition
HAVING max(modification_time) < now() - INTERVAL {grace:UInt32} MINUTE
ORDER BY table, partition
