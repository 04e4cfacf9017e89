-- Every version of one thing, the oldest first; of rows that claim one version, the first
-- committed holds it and comes first.
SELECT
    kind, id, version, made_from, revision, at, author, account, action, name, name_key,
    description, owner, archived, copied_id, copied_version, body,
    row_number() OVER (PARTITION BY version ORDER BY _block_number, at, revision) = 1 AS held
FROM made
WHERE kind = {kind:String} AND id = {id:String}
ORDER BY version, held DESC, _block_number, at, revision
