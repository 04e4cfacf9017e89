-- The customers as a source file would name them.
INSERT INTO staging_customers
SELECT batch_id, customer_key, customer_id
FROM staging_sample_customers
WHERE batch_id = {batch:UInt32}
