-- Who is in which arm of an experiment, and results that came as a file.
--
-- Both are written once and never changed. Rows whose freeze or result no experiment names (a
-- process died, a start was taken back) mean nothing. Nothing here belongs to a batch.

CREATE TABLE IF NOT EXISTS experiment_arms
(
    freeze_id           String,
    customer_key        UInt64,
    arm                 UInt8,                    -- place in the plan's list; 0 is the control
    cell                UInt8,                    -- recency and frequency scores, (r - 1) * 5 + f
    spend_score         UInt8,                    -- monetary score, 1 to 5
    frozen_at           DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (freeze_id, customer_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS experiment_results
(
    result_id           String,
    line_no             UInt64,                   -- in the file, from 1 after its header
    customer_id         String,                   -- empty when the file names none
    arm                 String,                   -- as the file calls it
    converted           Bool,
    visited             Nullable(Bool),
    revenue             Decimal(18, 4),
    before              Nullable(Float64),        -- what was known of the customer at the start
    part                LowCardinality(String)    -- sub-segment, where the file has one
)
ENGINE = MergeTree
ORDER BY (result_id, arm, line_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
