-- The members of a set in parts of {rows}, in the order of their ids: sets of their own, numbered
-- from {first}.
INSERT INTO segment_members
SELECT {first:UInt64} + intDiv(rowNumberInAllBlocks(), {rows:UInt64}), customer_key
FROM
(
    SELECT customer_key, any(customer_id) AS id
    FROM customers
    WHERE customer_key IN (SELECT customer_key FROM segment_members WHERE set_id = {set_id:UInt64})
    GROUP BY customer_key
    ORDER BY id
)
