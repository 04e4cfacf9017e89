-- What was sent where: the log of runs, which batches arrived, and whom each run was for.
--
-- Append-only. The newest event of a run is its state. An event claims the number after the one
-- its writer had read; of several with one number, the one committed first counts (as in made),
-- so that two processes cannot both take a run. When a process dies, another takes the run over
-- and goes on behind the last batch that arrived.

CREATE TABLE IF NOT EXISTS delivery_runs
(
    run_id              String,                   -- of a schedule: activation and time due
    event_no            UInt32,
    revision            String,                   -- random, of this row only
    at                  DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    state               LowCardinality(String),   -- begun, sending, waiting, done, failed, stopped
    activation_id       String,
    activation_version  UInt32,
    cause               LowCardinality(String),   -- by hand, schedule, replay
    replay_of           String,                   -- run whose members are sent again
    asked_by            String,                   -- name of the reader; empty for a schedule
    due_at              DateTime64(3, 'UTC'),     -- when the schedule wanted it, else when asked
    began_at            DateTime64(3, 'UTC'),
    segment_id          String,
    segment_version     UInt32,
    segment_name        String,
    freeze_id           String,                   -- its rows of delivery_members; empty until frozen
    members             UInt64,
    batch_size          UInt32,
    batches             UInt32,
    owner               String,                   -- host:pid of who is at it
    attempts            UInt32,                   -- of the batch a waiting run is at
    resume_at           DateTime64(3, 'UTC'),     -- when a waiting run goes on
    place               String,                   -- file or address, without secrets
    error               String
)
ENGINE = MergeTree
ORDER BY (run_id, event_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, enable_block_number_column = 1;

-- Batches that arrived, counted from 1.
CREATE TABLE IF NOT EXISTS delivery_batches
(
    run_id              String,
    batch_no            UInt32,
    at                  DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    attempts            UInt32,
    answer              String                    -- of the receiver: status
)
ENGINE = MergeTree
ORDER BY (run_id, batch_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Whom a run is for, with what was known of them when it began, so that each batch is the same
-- however often it is sent. Old weeks are dropped.
CREATE TABLE IF NOT EXISTS delivery_members
(
    frozen_on           Date,
    freeze_id           String,
    position            UInt32,                   -- from 1, in the order of ids
    customer_id         String,
    email               String,
    country             String,
    channel             String,
    first_order_on      Nullable(Date32),
    last_order_on       Nullable(Date32),
    orders              UInt64,
    units               Float64,
    revenue             Float64,
    returned            Float64,
    average_order       Nullable(Float64)
)
ENGINE = MergeTree
PARTITION BY toMonday(frozen_on)
ORDER BY (freeze_id, position);
