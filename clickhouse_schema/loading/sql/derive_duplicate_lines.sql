-- Every line but the first of those in one order that say exactly the same.
INSERT INTO staging_duplicate_lines (batch_id, order_key, line_no)
SELECT
    {batch:UInt32}                                          AS batch_id,
    order_key,
    arrayJoin(arrayPopFront(arraySort(groupArray(line_no)))) AS line_no
FROM staging_order_lines
WHERE batch_id = {batch:UInt32} AND line_hash IN
(
    SELECT line_hash
    FROM staging_order_lines
    WHERE batch_id = {batch:UInt32}
    GROUP BY line_hash
    HAVING count() > 1
)
GROUP BY order_key, line_hash
