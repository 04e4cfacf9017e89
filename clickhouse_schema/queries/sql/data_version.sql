-- How often what readers see has changed.
SELECT countIf(state IN ('live', 'unloaded')) AS version
FROM load_ledger
