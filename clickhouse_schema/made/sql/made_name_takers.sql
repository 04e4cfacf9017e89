-- Who of a kind has claimed a name, in the order of the claims: (id, revision) of every row
-- with that name.
SELECT id, revision
FROM made
WHERE kind = {kind:String} AND name_key = {name_key:String}
ORDER BY _block_number, at, revision
