-- Basket rules: what a mining run counts on its way, and what it found.
--
-- Everything belongs to an attempt, a number of its own that begins with the time: two processes
-- mining the same never mix, and a row of basket_runs, written last, says which attempt is the
-- answer. The first three tables are scratch: their partition is dropped when the attempt ends,
-- or a day later when its process died.

CREATE TABLE IF NOT EXISTS basket_numbers
(
    attempt         UInt64,
    item            UInt32,                                -- from 1, below 2^21
    item_key        UInt64                                 -- of the product, or of the category
)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY item_key;

CREATE TABLE IF NOT EXISTS basket_sets
(
    attempt         UInt64,
    late            Bool,                                  -- in the later half of the lines
    stretch         UInt8,                                 -- of the period, from 0: a week or more
    items           Array(UInt32)
)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY tuple();

-- How many baskets hold a set of 1 to 3 items, packed into one number with 21 bits for each.
CREATE TABLE IF NOT EXISTS basket_counts
(
    attempt         UInt64,
    level           UInt8,
    itemset         UInt64,
    baskets         UInt32,
    later           UInt32
)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY (level, itemset);

CREATE TABLE IF NOT EXISTS basket_runs
(
    run_id          String,                                -- of the question and the data version
    attempt         UInt64,
    at              DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    data_version    UInt64,
    asked           String,                                -- filters and settings, as JSON
    facts           String CODEC(ZSTD(3))                  -- totals, thresholds, drawings, as JSON
)
ENGINE = MergeTree
ORDER BY run_id;

CREATE TABLE IF NOT EXISTS basket_items
(
    attempt         UInt64,
    item            UInt32,
    item_key        UInt64,
    item_id         String,
    name            String,
    category        String,
    baskets         UInt32,
    later           UInt32,
    revenue         Float64,
    cost            Float64,
    cost_known      Float64,                               -- share of its revenue that has a cost
    stretches       Array(UInt32)                          -- baskets by stretch; empty if rare
)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY item;

CREATE TABLE IF NOT EXISTS basket_rules
(
    attempt         UInt64,
    rule            UInt32,                                -- from 1, the surest first
    left_items      Array(UInt32),
    right_item      UInt32,
    left_text       String,
    right_text      String,
    items           UInt8,
    orders          UInt32,
    left_orders     UInt32,
    right_orders    UInt32,
    expected        Float64,
    support         Float64,
    confidence      Float64,
    lift            Float64,
    lift_low        Float64,
    lift_high       Float64,
    adjusted_lift   Float64,
    adjusted_low    Float64,
    adjusted_high   Float64,
    leverage        Float64,
    conviction      Nullable(Float64),                     -- unknown where the rule always holds
    zhang           Float64,
    p               Float64,
    held            LowCardinality(String),                -- yes, no, too few
    later_lift      Nullable(Float64),
    revenue_gain    Float64,
    margin_gain     Nullable(Float64)
)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY rule;
