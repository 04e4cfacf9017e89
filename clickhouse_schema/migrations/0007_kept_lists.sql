-- Customers written down by name of a list, for segments that must stay as they were.
--
-- A rule names a list by its id, which is what people read. Nothing here belongs to a batch;
-- customers whose data was taken out are simply found no more.

CREATE TABLE IF NOT EXISTS kept_lists
(
    list_id         LowCardinality(String),
    customer_key    UInt64,
    listed_at       DateTime('UTC') DEFAULT now('UTC')
)
ENGINE = MergeTree
ORDER BY (list_id, customer_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
