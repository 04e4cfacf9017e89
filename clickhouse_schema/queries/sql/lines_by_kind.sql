-- Every loaded line of the slice, by what it is and whether its customer is known; from the small
-- table of days. `listed` is quantity x price before any discount, as the file says it.
SELECT
    held.1                                      AS kind,
    known_customer,
    held.2                                      AS lines,
    toFloat64(held.3 + held.4)                  AS listed,
    toFloat64(held.4)                           AS discount,
    toFloat64(held.3)                           AS net
FROM
(
    SELECT
        sales.known_customer                    AS known_customer,
        [
            ('sale', sum(sale_lines), sum(net_amount), sum(discount_amount)),
            ('return', sum(return_lines), -sum(returned_amount), sum(returned_discount)),
            ('free', sum(free_lines), sum(free_amount), sum(free_discount)),
            ('correction',
                toUInt64(sum(sales.lines) - sum(sale_lines) - sum(return_lines) - sum(free_lines)),
                sum(corrected_amount), sum(corrected_discount))
        ]                                       AS kinds
    FROM
    (
        {{sales_by_day}}
    ) AS sales
    WHERE day >= {start:Date} AND day < {end:Date}
      AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
      AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
      AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
    GROUP BY known_customer
)
ARRAY JOIN kinds AS held
WHERE lines > 0
ORDER BY kind, known_customer
