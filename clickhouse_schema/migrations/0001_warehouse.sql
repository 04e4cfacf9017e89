-- The warehouse: three grains of the same sales, the dimensions, and the ledger of loads.
--
-- Every table below is partitioned by the batch it was loaded with. A load writes to the
-- staging_ twin of a table and moves the finished partition over, so readers never see half a
-- batch, and taking a batch out is dropping a partition.
--
-- Times are wall-clock times of the account's time zone, kept in DateTime('UTC') so that no
-- query needs to convert them. Keys are cityHash64 of the source's own id: no lookup on load,
-- the same on every machine. A customer key of 0 means that the order names no customer.

CREATE TABLE IF NOT EXISTS order_lines
(
    batch_id        UInt32,
    line_no         UInt64 CODEC(Delta, ZSTD(1)),          -- row of the source file, from 1
    line_hash       UInt64 DEFAULT 0,                      -- of all the file says in the line
    order_id        String,                                -- the source's own id
    order_key       UInt64,
    customer_key    UInt64,
    product_key     UInt64,
    ordered_at      DateTime('UTC') CODEC(Delta, LZ4),
    country         LowCardinality(String),
    channel         LowCardinality(String),
    category        LowCardinality(String),
    store           LowCardinality(String),
    payment_method  LowCardinality(String),
    kind            Enum8('sale' = 1, 'return' = 2, 'free' = 3, 'correction' = 4),
    is_product      Bool,                                  -- false: postage, fees, vouchers
    quantity        Decimal(18, 3),                        -- negative for returns
    unit_price      Decimal(18, 4),
    discount_amount Decimal(18, 4),                        -- off the whole line
    net_amount      Decimal(18, 4),                        -- quantity x price - discount
    cost_amount     Decimal(18, 4)                         -- quantity x unit cost; 0 if unknown
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at, order_key);

-- One row per order and batch. Amounts are of sale lines; what came back is returned_amount.
-- is_order is true on the one row that counts as the order: it has a sale line and no earlier
-- batch already counted the same order.
CREATE TABLE IF NOT EXISTS orders
(
    batch_id        UInt32,
    order_key       UInt64,
    customer_key    UInt64,
    ordered_at      DateTime('UTC') CODEC(Delta, LZ4),
    country         LowCardinality(String),
    channel         LowCardinality(String),
    store           LowCardinality(String),
    payment_method  LowCardinality(String),
    is_order        Bool,
    lines           UInt32,
    sale_lines      UInt32,
    return_lines    UInt32,
    units           Decimal(18, 3),
    gross_amount    Decimal(18, 4),                        -- before discount
    discount_amount Decimal(18, 4),
    net_amount      Decimal(18, 4),
    cost_amount     Decimal(18, 4),
    returned_amount Decimal(18, 4)                         -- positive
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (ordered_at, order_key);

-- Sales per day and everything the filter bar can narrow. Small: reads in a few milliseconds.
CREATE TABLE IF NOT EXISTS daily_sales
(
    batch_id        UInt32,
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
    returned_discount Decimal(18, 4),                      -- of return lines, as they say it
    free_lines      UInt32,
    free_amount     Decimal(18, 4),                        -- net, of free lines
    free_discount   Decimal(18, 4),
    corrected_amount Decimal(18, 4),                       -- net, of corrections
    corrected_discount Decimal(18, 4)
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (day, country, channel, category);

-- Sales per product and day, over all countries and channels.
CREATE TABLE IF NOT EXISTS product_days
(
    batch_id        UInt32,
    product_key     UInt64,
    day             Date CODEC(Delta, LZ4),
    sale_lines      UInt32,
    units           Decimal(18, 3),
    net_amount      Decimal(18, 4),
    cost_amount     Decimal(18, 4),
    returned_units  Decimal(18, 3),
    returned_amount Decimal(18, 4)
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (product_key, day);

-- What each known customer bought, per batch: add up over batches with GROUP BY customer_key.
-- Customers who only ever returned something are in customers, not here.
-- The history is the customer's rows in orders, in no particular order: asking it about a period
-- is several times cheaper than grouping millions of orders by customer. The place of a row is
-- cityHash64(country, channel), and 0 where the row does not count as an order.
CREATE TABLE IF NOT EXISTS customer_totals
(
    batch_id        UInt32,
    customer_key    UInt64,
    first_order_at  DateTime('UTC'),
    last_order_at   DateTime('UTC'),
    orders          UInt32,
    units           Decimal(18, 3),
    net_amount      Decimal(18, 4),
    returned_amount Decimal(18, 4),
    `history.ordered_at` Array(DateTime('UTC')),
    `history.place_key` Array(UInt64),
    `history.net_amount` Array(Decimal(18, 4))
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key;

CREATE TABLE IF NOT EXISTS customers
(
    batch_id        UInt32,
    customer_key    UInt64,
    customer_id     String
)
ENGINE = ReplacingMergeTree
PARTITION BY batch_id
ORDER BY customer_key;

CREATE TABLE IF NOT EXISTS products
(
    batch_id        UInt32,
    product_key     UInt64,
    product_id      SimpleAggregateFunction(any, String),
    description     SimpleAggregateFunction(anyLast, String),
    category        SimpleAggregateFunction(anyLast, String),
    is_product      SimpleAggregateFunction(any, Bool),
    unit_cost       SimpleAggregateFunction(anyLast, Decimal(18, 4)),  -- 0 if unknown
    first_sold_on   SimpleAggregateFunction(min, Date)
)
ENGINE = AggregatingMergeTree
PARTITION BY batch_id
ORDER BY product_key;

-- Rows of a source file that could not be used, each with its reason.
CREATE TABLE IF NOT EXISTS rejects
(
    batch_id        UInt32,
    line_no         UInt64,
    reason          LowCardinality(String),
    raw             String
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no;

-- Lines that repeat an earlier line of the same order exactly. They count; they are also told.
CREATE TABLE IF NOT EXISTS duplicate_lines
(
    batch_id        UInt32,
    order_key       UInt64,
    line_no         UInt64
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY line_no;

CREATE TABLE IF NOT EXISTS staging_order_lines AS order_lines;
CREATE TABLE IF NOT EXISTS staging_orders AS orders;
CREATE TABLE IF NOT EXISTS staging_daily_sales AS daily_sales;
CREATE TABLE IF NOT EXISTS staging_product_days AS product_days;
CREATE TABLE IF NOT EXISTS staging_customer_totals AS customer_totals;
CREATE TABLE IF NOT EXISTS staging_customers AS customers;
CREATE TABLE IF NOT EXISTS staging_products AS products;
CREATE TABLE IF NOT EXISTS staging_rejects AS rejects;
CREATE TABLE IF NOT EXISTS staging_duplicate_lines AS duplicate_lines;

-- What happened to each batch, append-only: the newest event of a batch is its state.
-- The number of events that changed what readers see is the data version.
CREATE TABLE IF NOT EXISTS load_ledger
(
    batch_id        UInt32,
    event_no        UInt64,
    at              DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    state           LowCardinality(String),   -- loading, publishing, live, failed, unloading, unloaded
    source_name     String,
    content_hash    String,
    is_sample       Bool,
    currency        String,
    time_zone       String,
    raw_lines       UInt64,
    lines           UInt64,
    rejected        UInt64,
    duplicates      UInt64,
    owner           String,                   -- host:pid of the loader
    detail          String                    -- JSON: options, timings, or what went wrong
)
ENGINE = MergeTree
ORDER BY (batch_id, event_no)
SETTINGS fsync_after_insert = 1;

-- What the sample retailer is made of, so that later analyses can be judged against it.
--
-- Partitioned by batch like the sales, so that taking the sample out takes its truth out too.
-- Empty when the retailer's own data is loaded.

-- Each customer's life. A fading customer's gaps grow until they stop; a won_back one paused for
-- most of a year and came back; a gift customer buys only before Christmas; a new one came lately
-- and comes often.
CREATE TABLE IF NOT EXISTS sample_customers
(
    batch_id        UInt32,
    customer_no     UInt32,
    customer_key    UInt64,
    customer_id     String,
    life            Enum8('one_off' = 1, 'loyal' = 2, 'fading' = 3, 'won_back' = 4, 'gift' = 5,
                          'new' = 6),
    country_no      UInt8,                                 -- place in the list of countries, from 1
    orders          UInt16,
    begins          Float64,                               -- first order, share of the whole demand
    span            Float64,                               -- from first to last, same unit
    pause_from      Float64,                               -- won_back: share of the span before
    pause           Float64                                -- won_back: length, share of the demand
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY customer_key;

-- Each product's price response and kind of demand. Steady products sell evenly, seasonal ones
-- peak once a year, erratic ones in bursts of a week.
CREATE TABLE IF NOT EXISTS sample_products
(
    batch_id        UInt32,
    product_no      UInt32,                                -- rank of popularity, from 0
    product_key     UInt64,
    product_id      String,
    description     String,
    category_no     UInt8,
    category        LowCardinality(String),
    demand_kind     Enum8('steady' = 1, 'seasonal' = 2, 'erratic' = 3),
    elasticity      Float64,                               -- of units with respect to price paid
    popularity      Float64,                               -- relative chance of being chosen
    peak_week       UInt8,                                 -- seasonal: week of the year, 0 to 52
    base_price      Decimal(18, 4),
    unit_cost       Decimal(18, 4),
    mean_quantity   Float64,                               -- per line, at the base price
    return_rate     Float64,                               -- chance of a line to come back
    launched_on     Date,
    ended_on        Date                                   -- first day without it; 2149 if never
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no;

-- Products planted together: whoever buys a buys b as well with this chance.
CREATE TABLE IF NOT EXISTS sample_pairs
(
    batch_id        UInt32,
    product_key_a   UInt64,
    product_key_b   UInt64,
    product_no_a    UInt32,
    product_no_b    UInt32,
    chance          Float64,
    lift            Float64                                -- expected P(a and b) / (P(a) P(b))
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY product_no_a;

CREATE TABLE IF NOT EXISTS staging_sample_customers AS sample_customers;
CREATE TABLE IF NOT EXISTS staging_sample_products AS sample_products;
CREATE TABLE IF NOT EXISTS staging_sample_pairs AS sample_pairs;

-- Working tables of the generator, emptied when it is done: the orders before their lines, and
-- what stood on the shelf each week.
CREATE TABLE IF NOT EXISTS staging_sample_orders
(
    batch_id        UInt32,
    order_no        UInt64,                                -- from 1, in order of time
    customer_no     UInt32,
    known_customer  Bool,
    ordered_at      DateTime('UTC'),
    week            UInt16,                                -- from 0
    country         LowCardinality(String),
    channel         LowCardinality(String),
    store           LowCardinality(String),
    payment_method  LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY order_no;

CREATE TABLE IF NOT EXISTS staging_sample_shelf
(
    batch_id        UInt32,
    week            UInt16,
    low             UInt64,                                -- where its share of the draws begins
    high            UInt64,
    product_no      UInt32,
    product_key     UInt64,
    category_no     UInt8,
    category        LowCardinality(String),
    is_product      Bool,
    list_price      Decimal(18, 4),
    discount_rate   Decimal(18, 4),
    unit_cost       Decimal(18, 4),
    mean_quantity   Float64,
    return_rate     Float64,
    pull            Float64                                -- buyers beside those at the base price
)
ENGINE = MergeTree
PARTITION BY batch_id
ORDER BY (week, low);
