-- Who is in the segments that readers narrow the tabs to, written down once for all their queries.
--
-- A cache: a set belongs to one state of a rule and of the data, is made at the first question,
-- serves for a day and is dropped some days later. A set of rows is complete as soon as segment_sets names
-- it, so that several processes may make the same one side by side.

CREATE TABLE IF NOT EXISTS segment_sets
(
    set_id          UInt64,                                -- random, never 0
    set_key         String,                                -- digest of rule, judgement, data version
    data_version    UInt64,
    made_at         DateTime('UTC') DEFAULT now('UTC'),
    customers       UInt64
)
ENGINE = MergeTree
ORDER BY (set_key, made_at)
TTL made_at + INTERVAL 7 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS segment_members
(
    set_id          UInt64,
    customer_key    UInt64
)
ENGINE = MergeTree
PARTITION BY set_id
ORDER BY customer_key
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- daily_sales of these customers alone: the same columns in the same order, known_customer true.
CREATE TABLE IF NOT EXISTS segment_days
(
    set_id          UInt64,
    day             Date,
    country         LowCardinality(String),
    channel         LowCardinality(String),
    category        LowCardinality(String),
    known_customer  Bool,
    lines           UInt32,
    sale_lines      UInt32,
    return_lines    UInt32,
    units           Decimal(18, 3),
    gross_amount    Decimal(18, 4),
    discount_amount Decimal(18, 4),
    net_amount      Decimal(18, 4),
    cost_amount     Decimal(18, 4),
    returned_amount Decimal(18, 4),
    returned_discount Decimal(18, 4),
    free_lines      UInt32,
    free_amount     Decimal(18, 4),
    free_discount   Decimal(18, 4),
    corrected_amount Decimal(18, 4),
    corrected_discount Decimal(18, 4)
)
ENGINE = MergeTree
PARTITION BY set_id
ORDER BY (day, country, channel, category)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
