-- What each row of a source file means: keys, kind, amounts, or the reason it cannot be used.
-- The inner SELECT reads the file into typed columns; NULL stands for what could not be read.
-- A row with a problem gets harmless values, so that no rule below can fail on it: every branch
-- is computed for every row, as the engine's way of leaving branches out costs more than it saves.
SELECT
    $batch_id                                               AS batch_id,
    line_no,
    if(problem = '', cityHash64($said), 0)                  AS line_hash,
    order_id,
    cityHash64(order_id)                                    AS order_key,
    if(empty(customer_id), 0, cityHash64(customer_id))      AS customer_key,
    customer_id,
    cityHash64(product_id)                                  AS product_key,
    product_id,
    ordered_at,
    country, channel, category, store, payment_method,
    -- 1 sale, 2 return, 3 free, 4 correction, as load_parsed numbers them: of a text the number
    -- would be looked up for every row.
    multiIf(
        $cancelled OR (quantity < 0 AND unit_price > 0), 2,
        quantity <= 0 OR unit_price < 0, 4,
        unit_price = 0, 3,
        1)                                                  AS kind,
    NOT ($non_product)                                      AS is_product,
    quantity,
    unit_price,
    discount_amount,
    toDecimal64(quantity * unit_price, 4) - discount_amount AS net_amount,
    toDecimal64(quantity * unit_cost, 4)                    AS cost_amount,
    unit_cost,
    description,
    problem,
    -- The text of a row is only put together for rows that have a problem: inside arrayMap, and
    -- of values that depend on its argument, as the engine computes all else for every row.
    arrayElement(
        arrayMap(turn -> substringUTF8($raw, 1, 2000), range(toUInt8(problem != ''))), 1) AS raw
FROM
(
    SELECT
        *,
        abs(reinterpretAsInt64(assumeNotNull(read_quantity)))   AS quantity_size,
        abs(reinterpretAsInt64(assumeNotNull(read_price)))      AS price_size,
        abs(reinterpretAsInt64(assumeNotNull(read_cost)))       AS cost_size,
        multiIf(
            read_problem != '', read_problem,
            empty(order_id), 'no order id',
            empty(product_id), 'no product',
            isNull(read_at), 'time cannot be read',
            isNull(read_quantity), 'quantity is not a number',
            isNull(read_price), 'price is not a number',
            isNull(read_discount), 'discount is not a number',
            isNull(read_cost), 'unit cost is not a number',
            -- quantity x price, and x cost, below 1e10; of the integers that decimals are, since
            -- turning decimals into floats would be the slowest thing here.
            toFloat64(quantity_size) * toFloat64(greatest(price_size, cost_size)) >= 1e17
                OR quantity_size >= 10000000000000
                OR price_size >= 100000000000000 OR cost_size >= 100000000000000
                OR abs(reinterpretAsInt64(assumeNotNull(read_discount))) >= 100000000000000,
                'amount is too large',
            '')                                             AS problem,
        if(problem = '', assumeNotNull(read_at), toDateTime(0, 'UTC'))  AS ordered_at,
        if(problem = '', assumeNotNull(read_quantity), 0)   AS quantity,
        if(problem = '', assumeNotNull(read_price), 0)      AS unit_price,
        if(problem = '', assumeNotNull(read_discount), 0)   AS discount_amount,
        if(problem = '', assumeNotNull(read_cost), 0)       AS unit_cost
    FROM
    (
        $source
    )
)
