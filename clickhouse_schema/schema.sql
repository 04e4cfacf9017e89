-- Today's tables, as all migrations together make them. Generated: do not edit.
-- python -m dashboard migrate --write-schema

CREATE TABLE basket_counts (
    `attempt` UInt64,
    `level` UInt8,
    `itemset` UInt64,
    `baskets` UInt32,
    `later` UInt32)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY (level,
    itemset)
SETTINGS index_granularity = 8192;

CREATE TABLE basket_items (
    `attempt` UInt64,
    `item` UInt32,
    `item_key` UInt64,
    `item_id` String,
    `name` String,
    `category` String,
    `baskets` UInt32,
    `later` UInt32,
    `revenue` Float64,
    `cost` Float64,
    `cost_known` Float64,
    `stretches` Array(UInt32))
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY item
SETTINGS index_granularity = 8192;

CREATE TABLE basket_numbers (
    `attempt` UInt64,
    `item` UInt32,
    `item_key` UInt64)
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY item_key
SETTINGS index_granularity = 8192;

CREATE TABLE basket_rules (
    `attempt` UInt64,
    `rule` UInt32,
    `left_items` Array(UInt32),
    `right_item` UInt32,
    `left_text` String,
    `right_text` String,
    `items` UInt8,
    `orders` UInt32,
    `left_orders` UInt32,
    `right_orders` UInt32,
    `expected` Float64,
    `support` Float64,
    `confidence` Float64,
    `lift` Float64,
    `lift_low` Float64,
    `lift_high` Float64,
    `adjusted_lift` Float64,
    `adjusted_low` Float64,
    `adjusted_high` Float64,
    `leverage` Float64,
    `conviction` Nullable(Float64),
    `zhang` Float64,
    `p` Float64,
    `held` LowCardinality(String),
    `later_lift` Nullable(Float64),
    `revenue_gain` Float64,
    `margin_gain` Nullable(Float64))
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY rule
SETTINGS index_granularity = 8192;

CREATE TABLE basket_runs (
    `run_id` String,
    `attempt` UInt64,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    `data_version` UInt64,
    `asked` String,
    `facts` String CODEC(ZSTD(3)))
ENGINE = MergeTree
ORDER BY run_id
SETTINGS index_granularity = 8192;

CREATE TABLE basket_sets (
    `attempt` UInt64,
    `late` Bool,
    `stretch` UInt8,
    `items` Array(UInt32))
ENGINE = MergeTree
PARTITION BY attempt
ORDER BY tuple()
SETTINGS index_granularity = 8192;

CREATE TABLE customer_totals (
    `batch_id` UInt32,
    `customer_key` UInt64,
    `first_order_at` DateTime('UTC'),
    `last_order_at` DateTime('UTC'),
    `orders` UInt32 CODEC(T64),
    `units` Decimal(18, 3) CODEC(T64),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `returned_amount` Decimal(18, 4),
    `history.ordered_at` Array(DateTime('UTC')),
    `history.place_key` Array(UInt64),
    `history.net_amount` Array(Decimal(18, 4)) CODEC(T64))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE customers (
    `batch_id` UInt32,
    `customer_key` UInt64,
    `customer_id` String)
ENGINE = ReplacingMergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE daily_sales (
    `batch_id` UInt32,
    `day` Date,
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `known_customer` Bool,
    `lines` UInt32,
    `sale_lines` UInt32,
    `return_lines` UInt32,
    `units` Decimal(18, 3),
    `gross_amount` Decimal(18, 4),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4),
    `cost_amount` Decimal(18, 4),
    `returned_amount` Decimal(18, 4),
    `returned_discount` Decimal(18, 4),
    `free_lines` UInt32,
    `free_amount` Decimal(18, 4),
    `free_discount` Decimal(18, 4),
    `corrected_amount` Decimal(18, 4),
    `corrected_discount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (day,
    country,
    channel,
    category)
SETTINGS index_granularity = 8192;

CREATE TABLE delivery_batches (
    `run_id` String,
    `batch_no` UInt32,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    `attempts` UInt32,
    `answer` String)
ENGINE = MergeTree
ORDER BY (run_id,
    batch_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE delivery_members (
    `frozen_on` Date,
    `freeze_id` String,
    `position` UInt32,
    `customer_id` String,
    `email` String,
    `country` String,
    `channel` String,
    `first_order_on` Nullable(Date32),
    `last_order_on` Nullable(Date32),
    `orders` UInt64,
    `units` Float64,
    `revenue` Float64,
    `returned` Float64,
    `average_order` Nullable(Float64),
    `arm` LowCardinality(String))
ENGINE = MergeTree
PARTITION BY toMonday(frozen_on)
ORDER BY (freeze_id,
    position)
SETTINGS index_granularity = 8192;

CREATE TABLE delivery_runs (
    `run_id` String,
    `event_no` UInt32,
    `revision` String,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    `state` LowCardinality(String),
    `activation_id` String,
    `activation_version` UInt32,
    `cause` LowCardinality(String),
    `replay_of` String,
    `asked_by` String,
    `due_at` DateTime64(3, 'UTC'),
    `began_at` DateTime64(3, 'UTC'),
    `segment_id` String,
    `segment_version` UInt32,
    `segment_name` String,
    `freeze_id` String,
    `members` UInt64,
    `batch_size` UInt32,
    `batches` UInt32,
    `owner` String,
    `attempts` UInt32,
    `resume_at` DateTime64(3, 'UTC'),
    `place` String,
    `error` String)
ENGINE = MergeTree
ORDER BY (run_id,
    event_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, enable_block_number_column = 1, index_granularity = 8192;

CREATE TABLE duplicate_lines (
    `batch_id` UInt32,
    `order_key` UInt64,
    `line_no` UInt64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no
SETTINGS index_granularity = 8192;

CREATE TABLE experiment_arms (
    `freeze_id` String,
    `customer_key` UInt64,
    `arm` UInt8,
    `cell` UInt8,
    `spend_score` UInt8,
    `frozen_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
ENGINE = MergeTree
ORDER BY (freeze_id,
    customer_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE experiment_results (
    `result_id` String,
    `line_no` UInt64,
    `customer_id` String,
    `arm` String,
    `converted` Bool,
    `visited` Nullable(Bool),
    `revenue` Decimal(18, 4),
    `before` Nullable(Float64),
    `part` LowCardinality(String))
ENGINE = MergeTree
ORDER BY (result_id,
    arm,
    line_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE kept_lists (
    `list_id` LowCardinality(String),
    `customer_key` UInt64,
    `listed_at` DateTime('UTC') DEFAULT now('UTC'))
ENGINE = MergeTree
ORDER BY (list_id,
    customer_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE load_ledger (
    `batch_id` UInt32,
    `event_no` UInt64,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    `state` LowCardinality(String),
    `source_name` String,
    `content_hash` String,
    `is_sample` Bool,
    `currency` String,
    `time_zone` String,
    `raw_lines` UInt64,
    `lines` UInt64,
    `rejected` UInt64,
    `duplicates` UInt64,
    `owner` String,
    `detail` String)
ENGINE = MergeTree
ORDER BY (batch_id,
    event_no)
SETTINGS fsync_after_insert = 1, index_granularity = 8192;

CREATE TABLE load_parsed (
    `batch_id` UInt32,
    `line_no` UInt64,
    `line_hash` UInt64,
    `order_id` String,
    `order_key` UInt64,
    `customer_key` UInt64,
    `customer_id` String,
    `product_key` UInt64,
    `product_id` String,
    `ordered_at` DateTime('UTC'),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `kind` Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    `is_product` Bool,
    `quantity` Decimal(18, 3),
    `unit_price` Decimal(18, 4),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4),
    `cost_amount` Decimal(18, 4),
    `unit_cost` Decimal(18, 4),
    `description` String,
    `problem` LowCardinality(String),
    `raw` String)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW load_parsed_customers TO staging_customers (
    `batch_id` UInt32,
    `customer_key` UInt64,
    `customer_id` String)
AS SELECT batch_id, customer_key, customer_id FROM load_parsed WHERE (problem = '') AND (customer_key != 0) LIMIT 1 BY customer_key;

CREATE MATERIALIZED VIEW load_parsed_lines TO staging_order_lines (
    `batch_id` UInt32,
    `line_no` UInt64,
    `line_hash` UInt64,
    `order_id` String,
    `order_key` UInt64,
    `customer_key` UInt64,
    `product_key` UInt64,
    `ordered_at` DateTime('UTC'),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `kind` Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    `is_product` Bool,
    `quantity` Decimal(18, 3),
    `unit_price` Decimal(18, 4),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4),
    `cost_amount` Decimal(18, 4))
AS SELECT batch_id, line_no, line_hash, order_id, order_key, customer_key, product_key, ordered_at, country, channel, category, store, payment_method, kind, is_product, quantity, unit_price, discount_amount, net_amount, cost_amount FROM load_parsed WHERE problem = '';

CREATE MATERIALIZED VIEW load_parsed_products TO staging_product_lines (
    `batch_id` UInt32,
    `line_no` UInt64,
    `product_key` UInt64,
    `product_id` String,
    `description` String,
    `category` LowCardinality(String),
    `is_product` Bool,
    `unit_cost` Decimal(18, 4))
AS SELECT batch_id, line_no, product_key, product_id, description, category, is_product, unit_cost FROM load_parsed WHERE line_no IN (SELECT arrayJoin([max(line_no), maxIf(line_no, description != ''), maxIf(line_no, category != ''), maxIf(line_no, unit_cost != 0)]) FROM load_parsed WHERE problem = '' GROUP BY product_key);

CREATE MATERIALIZED VIEW load_parsed_rejects TO staging_rejects (
    `batch_id` UInt32,
    `line_no` UInt64,
    `reason` LowCardinality(String),
    `raw` String)
AS SELECT batch_id, line_no, problem AS reason, raw FROM load_parsed WHERE problem != '';

CREATE TABLE made (
    `kind` LowCardinality(String),
    `id` String,
    `version` UInt32,
    `made_from` UInt32,
    `revision` String,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    `author` String,
    `account` String,
    `action` LowCardinality(String),
    `name` String,
    `name_key` String,
    `description` String,
    `owner` String,
    `archived` Bool,
    `copied_id` String,
    `copied_version` UInt32,
    `body` String CODEC(ZSTD(3)))
ENGINE = MergeTree
ORDER BY (kind,
    id,
    version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, enable_block_number_column = 1, index_granularity = 8192;

CREATE TABLE order_lines (
    `batch_id` UInt32,
    `line_no` UInt64 CODEC(Delta(8), LZ4),
    `line_hash` UInt64 DEFAULT 0 CODEC(NONE),
    `order_id` String,
    `order_key` UInt64 CODEC(NONE),
    `customer_key` UInt64 CODEC(NONE),
    `product_key` UInt64 CODEC(NONE),
    `ordered_at` DateTime('UTC') CODEC(T64),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `kind` Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    `is_product` Bool,
    `quantity` Decimal(18, 3) CODEC(T64, LZ4),
    `unit_price` Decimal(18, 4) CODEC(T64),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at,
    order_key)
SETTINGS index_granularity = 8192;

CREATE TABLE orders (
    `batch_id` UInt32,
    `order_key` UInt64 CODEC(NONE),
    `customer_key` UInt64 CODEC(NONE),
    `ordered_at` DateTime('UTC') CODEC(T64),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `is_order` Bool,
    `lines` UInt32 CODEC(T64),
    `sale_lines` UInt32 CODEC(T64),
    `return_lines` UInt32,
    `units` Decimal(18, 3) CODEC(T64),
    `gross_amount` Decimal(18, 4) CODEC(T64),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64),
    `returned_amount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at,
    order_key)
SETTINGS index_granularity = 8192;

CREATE TABLE product_days (
    `batch_id` UInt32,
    `product_key` UInt64,
    `day` Date CODEC(Delta(2), LZ4),
    `sale_lines` UInt32 CODEC(T64),
    `units` Decimal(18, 3) CODEC(T64),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64),
    `returned_units` Decimal(18, 3),
    `returned_amount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (product_key,
    day)
SETTINGS index_granularity = 8192;

CREATE TABLE products (
    `batch_id` UInt32,
    `product_key` UInt64,
    `product_id` SimpleAggregateFunction(any, String),
    `description` SimpleAggregateFunction(anyLast, String),
    `category` SimpleAggregateFunction(anyLast, String),
    `is_product` SimpleAggregateFunction(any, Bool),
    `unit_cost` SimpleAggregateFunction(anyLast, Decimal(18, 4)))
ENGINE = AggregatingMergeTree
PARTITION BY batch_id
ORDER BY product_key
SETTINGS index_granularity = 8192;

CREATE TABLE rejects (
    `batch_id` UInt32,
    `line_no` UInt64,
    `reason` LowCardinality(String),
    `raw` String)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no
SETTINGS index_granularity = 8192;

CREATE TABLE sample_customers (
    `batch_id` UInt32,
    `customer_no` UInt32,
    `customer_key` UInt64,
    `customer_id` String,
    `life` Enum8('one_off' = 1, 'loyal' = 2, 'fading' = 3, 'won_back' = 4, 'gift' = 5, 'new' = 6),
    `country_no` UInt8,
    `orders` UInt16,
    `begins` Float64,
    `span` Float64,
    `pause_from` Float64,
    `pause` Float64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE sample_pairs (
    `batch_id` UInt32,
    `product_key_a` UInt64,
    `product_key_b` UInt64,
    `product_no_a` UInt32,
    `product_no_b` UInt32,
    `chance` Float64,
    `lift` Float64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no_a
SETTINGS index_granularity = 8192;

CREATE TABLE sample_products (
    `batch_id` UInt32,
    `product_no` UInt32,
    `product_key` UInt64,
    `product_id` String,
    `description` String,
    `category_no` UInt8,
    `category` LowCardinality(String),
    `demand_kind` Enum8('steady' = 1, 'seasonal' = 2, 'erratic' = 3, 'slow' = 4),
    `elasticity` Float64,
    `popularity` Float64,
    `peak_week` UInt8,
    `base_price` Decimal(18, 4),
    `unit_cost` Decimal(18, 4),
    `mean_quantity` Float64,
    `return_rate` Float64,
    `launched_on` Date,
    `ended_on` Date)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no
SETTINGS index_granularity = 8192;

CREATE TABLE schema_migrations (
    `version` UInt32,
    `name` String,
    `checksum` String,
    `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, index_granularity = 8192;

CREATE TABLE segment_days (
    `set_id` UInt64,
    `day` Date,
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `known_customer` Bool,
    `lines` UInt32,
    `sale_lines` UInt32,
    `return_lines` UInt32,
    `units` Decimal(18, 3),
    `gross_amount` Decimal(18, 4),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4),
    `cost_amount` Decimal(18, 4),
    `returned_amount` Decimal(18, 4),
    `returned_discount` Decimal(18, 4),
    `free_lines` UInt32,
    `free_amount` Decimal(18, 4),
    `free_discount` Decimal(18, 4),
    `corrected_amount` Decimal(18, 4),
    `corrected_discount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY set_id
ORDER BY (day,
    country,
    channel,
    category)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE segment_members (
    `set_id` UInt64,
    `customer_key` UInt64)
ENGINE = MergeTree
PARTITION BY set_id
ORDER BY customer_key
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE segment_sets (
    `set_id` UInt64,
    `set_key` String,
    `data_version` UInt64,
    `made_at` DateTime('UTC') DEFAULT now('UTC'),
    `customers` UInt64)
ENGINE = MergeTree
ORDER BY (set_key,
    made_at) TTL made_at + toIntervalDay(7)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8192;

CREATE TABLE staging_customer_totals (
    `batch_id` UInt32,
    `customer_key` UInt64,
    `first_order_at` DateTime('UTC'),
    `last_order_at` DateTime('UTC'),
    `orders` UInt32 CODEC(T64),
    `units` Decimal(18, 3) CODEC(T64),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `returned_amount` Decimal(18, 4),
    `history.ordered_at` Array(DateTime('UTC')),
    `history.place_key` Array(UInt64),
    `history.net_amount` Array(Decimal(18, 4)) CODEC(T64))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE staging_customers (
    `batch_id` UInt32,
    `customer_key` UInt64,
    `customer_id` String)
ENGINE = ReplacingMergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE staging_daily_sales (
    `batch_id` UInt32,
    `day` Date,
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `known_customer` Bool,
    `lines` UInt32,
    `sale_lines` UInt32,
    `return_lines` UInt32,
    `units` Decimal(18, 3),
    `gross_amount` Decimal(18, 4),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4),
    `cost_amount` Decimal(18, 4),
    `returned_amount` Decimal(18, 4),
    `returned_discount` Decimal(18, 4),
    `free_lines` UInt32,
    `free_amount` Decimal(18, 4),
    `free_discount` Decimal(18, 4),
    `corrected_amount` Decimal(18, 4),
    `corrected_discount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (day,
    country,
    channel,
    category)
SETTINGS index_granularity = 8192;

CREATE TABLE staging_duplicate_lines (
    `batch_id` UInt32,
    `order_key` UInt64,
    `line_no` UInt64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no
SETTINGS index_granularity = 8192;

CREATE TABLE staging_order_lines (
    `batch_id` UInt32,
    `line_no` UInt64 CODEC(Delta(8), LZ4),
    `line_hash` UInt64 DEFAULT 0 CODEC(NONE),
    `order_id` String,
    `order_key` UInt64 CODEC(NONE),
    `customer_key` UInt64 CODEC(NONE),
    `product_key` UInt64 CODEC(NONE),
    `ordered_at` DateTime('UTC') CODEC(T64),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `category` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `kind` Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    `is_product` Bool,
    `quantity` Decimal(18, 3) CODEC(T64, LZ4),
    `unit_price` Decimal(18, 4) CODEC(T64),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at,
    order_key)
SETTINGS index_granularity = 8192;

CREATE TABLE staging_orders (
    `batch_id` UInt32,
    `order_key` UInt64 CODEC(NONE),
    `customer_key` UInt64 CODEC(NONE),
    `ordered_at` DateTime('UTC') CODEC(T64),
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String),
    `is_order` Bool,
    `lines` UInt32 CODEC(T64),
    `sale_lines` UInt32 CODEC(T64),
    `return_lines` UInt32,
    `units` Decimal(18, 3) CODEC(T64),
    `gross_amount` Decimal(18, 4) CODEC(T64),
    `discount_amount` Decimal(18, 4),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64),
    `returned_amount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at,
    order_key)
SETTINGS index_granularity = 8192;

CREATE TABLE staging_product_days (
    `batch_id` UInt32,
    `product_key` UInt64,
    `day` Date CODEC(Delta(2), LZ4),
    `sale_lines` UInt32 CODEC(T64),
    `units` Decimal(18, 3) CODEC(T64),
    `net_amount` Decimal(18, 4) CODEC(T64),
    `cost_amount` Decimal(18, 4) CODEC(T64),
    `returned_units` Decimal(18, 3),
    `returned_amount` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (product_key,
    day)
SETTINGS index_granularity = 8192;

CREATE TABLE staging_product_lines (
    `batch_id` UInt32,
    `line_no` UInt64,
    `product_key` UInt64,
    `product_id` String,
    `description` String,
    `category` LowCardinality(String),
    `is_product` Bool,
    `unit_cost` Decimal(18, 4))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY tuple()
SETTINGS index_granularity = 8192;

CREATE TABLE staging_products (
    `batch_id` UInt32,
    `product_key` UInt64,
    `product_id` SimpleAggregateFunction(any, String),
    `description` SimpleAggregateFunction(anyLast, String),
    `category` SimpleAggregateFunction(anyLast, String),
    `is_product` SimpleAggregateFunction(any, Bool),
    `unit_cost` SimpleAggregateFunction(anyLast, Decimal(18, 4)))
ENGINE = AggregatingMergeTree
PARTITION BY batch_id
ORDER BY product_key
SETTINGS index_granularity = 8192;

CREATE TABLE staging_rejects (
    `batch_id` UInt32,
    `line_no` UInt64,
    `reason` LowCardinality(String),
    `raw` String)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no
SETTINGS index_granularity = 8192;

CREATE TABLE staging_sample_customers (
    `batch_id` UInt32,
    `customer_no` UInt32,
    `customer_key` UInt64,
    `customer_id` String,
    `life` Enum8('one_off' = 1, 'loyal' = 2, 'fading' = 3, 'won_back' = 4, 'gift' = 5, 'new' = 6),
    `country_no` UInt8,
    `orders` UInt16,
    `begins` Float64,
    `span` Float64,
    `pause_from` Float64,
    `pause` Float64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key
SETTINGS index_granularity = 8192;

CREATE TABLE staging_sample_orders (
    `batch_id` UInt32,
    `order_no` UInt64,
    `customer_no` UInt32,
    `known_customer` Bool,
    `ordered_at` DateTime('UTC'),
    `week` UInt16,
    `country` LowCardinality(String),
    `channel` LowCardinality(String),
    `store` LowCardinality(String),
    `payment_method` LowCardinality(String))
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY order_no
SETTINGS index_granularity = 8192;

CREATE TABLE staging_sample_pairs (
    `batch_id` UInt32,
    `product_key_a` UInt64,
    `product_key_b` UInt64,
    `product_no_a` UInt32,
    `product_no_b` UInt32,
    `chance` Float64,
    `lift` Float64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no_a
SETTINGS index_granularity = 8192;

CREATE TABLE staging_sample_products (
    `batch_id` UInt32,
    `product_no` UInt32,
    `product_key` UInt64,
    `product_id` String,
    `description` String,
    `category_no` UInt8,
    `category` LowCardinality(String),
    `demand_kind` Enum8('steady' = 1, 'seasonal' = 2, 'erratic' = 3, 'slow' = 4),
    `elasticity` Float64,
    `popularity` Float64,
    `peak_week` UInt8,
    `base_price` Decimal(18, 4),
    `unit_cost` Decimal(18, 4),
    `mean_quantity` Float64,
    `return_rate` Float64,
    `launched_on` Date,
    `ended_on` Date)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no
SETTINGS index_granularity = 8192;

CREATE TABLE staging_sample_shelf (
    `batch_id` UInt32,
    `week` UInt16,
    `low` UInt64,
    `high` UInt64,
    `product_no` UInt32,
    `product_key` UInt64,
    `category_no` UInt8,
    `category` LowCardinality(String),
    `is_product` Bool,
    `list_price` Decimal(18, 4),
    `discount_rate` Decimal(18, 4),
    `unit_cost` Decimal(18, 4),
    `mean_quantity` Float64,
    `return_rate` Float64,
    `pull` Float64)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (week,
    low)
SETTINGS index_granularity = 8192;
