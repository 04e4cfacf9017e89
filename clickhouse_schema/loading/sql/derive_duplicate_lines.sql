-- Every line but the first of those in one order that say exactly the same.
INSERT INTO staging_duplicate_lines (batch_id, order_key, line_no)
SELECT {batch:UInt32} AS batch_id, order_key, arrayJoin(arrayPopFront(arraySort(same))) AS line_no
FROM
(
    SELECT l.ordered_at AS at, l.order_key AS order_key, groupArray((l.line_hash, l.line_no)) AS said
    FROM staging_order_lines AS l
    WHERE l.batch_id = {batch:UInt32}
    GROUP BY at, order_key
    HAVING length(said) > length(arrayDistinct(said.1))
)
ARRAY JOIN arrayMap(h -> arrayMap(s -> s.2, arrayFilter(s -> s.1 = h, said)),
    arrayDistinct(said.1)) AS same
