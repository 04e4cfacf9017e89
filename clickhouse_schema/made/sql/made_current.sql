-- The newest version of each thing of a kind, the last changed first.
-- Of rows that claim one version, the first committed holds it.
SELECT
    kind, id, version, made_from, revision, at, author, account, action, name, name_key,
    description, owner, archived, copied_id, copied_version, body, true AS held
FROM
(
    SELECT *
    FROM
    (
        SELECT *, _block_number AS place
        FROM made
        WHERE kind = {kind:String} AND (empty({id:String}) OR id = {id:String})
        ORDER BY id, version, place, at, revision
        LIMIT 1 BY id, version
    )
    ORDER BY id, version DESC
    LIMIT 1 BY id
)
WHERE ({archived:Int8} < 0 OR archived = ({archived:Int8} = 1))
  AND (empty({owner:String}) OR owner = {owner:String})
  AND (empty({name_key:String}) OR name_key = {name_key:String})
  AND (empty({text:String})
       OR positionCaseInsensitiveUTF8(name, {text:String}) > 0
       OR positionCaseInsensitiveUTF8(description, {text:String}) > 0)
ORDER BY at DESC, id
LIMIT {most:UInt32}
