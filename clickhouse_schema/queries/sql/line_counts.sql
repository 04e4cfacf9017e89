-- How many lines of the slice every figure could use, by what they are; from the small table of
-- days. Lines that are neither sale nor return are free lines and corrections.
SELECT
    sum(sales.lines)                                        AS lines,
    sum(sales.return_lines)                                 AS return_lines,
    sum(sales.lines) - sum(sales.sale_lines) - sum(sales.return_lines) AS other_lines,
    sumIf(sales.sale_lines, known_customer)                 AS known_sale_lines,
    sumIf(sales.sale_lines, NOT known_customer)             AS unknown_sale_lines
FROM
(
    {{sales_by_day}}
) AS sales
WHERE day >= {start:Date} AND day < {end:Date}
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
