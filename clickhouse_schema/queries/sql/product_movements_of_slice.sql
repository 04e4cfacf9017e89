-- As product_movements, from the lines: for a slice of countries, channels, categories or of
-- known customers, which the table of products and days does not know.
-- Amounts are summed as the whole ten-thousandths a Decimal(18, 4) holds: exact, and faster.
WITH moved AS
(
    SELECT
        product_key,
        sumIf(reinterpretAsInt64(net_amount), ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))             AS revenue,
        sumIf(reinterpretAsInt64(net_amount), ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC'))      AS revenue_before
    FROM order_lines
    WHERE kind = 'sale'
      AND ((ordered_at >= toDateTime({start:Date}, 'UTC')
            AND ordered_at < toDateTime({end:Date}, 'UTC'))
        OR (ordered_at >= toDateTime({before_start:Date}, 'UTC')
            AND ordered_at < toDateTime({before_end:Date}, 'UTC')))
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
      AND ({known_only:UInt8} = 0 OR customer_key != 0)
      AND {{in_segment}}
    GROUP BY product_key
    HAVING revenue != 0 OR revenue_before != 0
)
{{best_of_moved}}
