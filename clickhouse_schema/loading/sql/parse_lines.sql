-- What each row of a source file means: keys, kind, amounts, or the reason it cannot be used.
-- The inner SELECT reads the file into typed columns; NULL stands for what could not be read.
-- A row with a problem gets harmless values, so that no rule below can fail on it.
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
    multiIf(
        $cancelled OR (quantity < 0 AND unit_price > 0), 'return',
        quantity <= 0 OR unit_price < 0, 'correction',
        unit_price = 0, 'free',
        'sale')                                             AS kind,
    NOT ($non_product)                                      AS is_product,
    quantity,
    unit_price,
    discount_amount,
    toDecimal64(quantity * unit_price, 4) - discount_amount AS net_amount,
    toDecimal64(quantity * unit_cost, 4)                    AS cost_amount,
    unit_cost,
    description,
    problem,
    if(problem = '', '', substringUTF8(read_raw, 1, 2000))  AS raw
FROM
(
    SELECT
        *,
        multiIf(
            read_problem != '', read_problem,
            empty(order_id), 'no order id',
            empty(product_id), 'no product',
            isNull(read_at), 'time cannot be read',
            isNull(read_quantity), 'quantity is not a number',
            isNull(read_price), 'price is not a number',
            isNull(read_discount), 'discount is not a number',
            isNull(read_cost), 'unit cost is not a number',
            -- Nearly every row is settled by the comparisons; turning decimals into floats is slow.
            NOT (read_quantity BETWEEN -99999 AND 99999 AND read_price BETWEEN -99999 AND 99999
                AND read_cost BETWEEN -99999 AND 99999 AND read_discount BETWEEN -99999 AND 99999)
                AND (abs(toFloat64(read_quantity)) * greatest(abs(toFloat64(read_price)),
                    abs(toFloat64(read_cost))) >= 1e10 OR abs(read_discount) >= 1e10
                    OR abs(read_quantity) >= 1e10 OR abs(read_price) >= 1e10
                    OR abs(read_cost) >= 1e10), 'amount is too large',
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
