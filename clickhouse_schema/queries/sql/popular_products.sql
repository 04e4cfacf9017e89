-- The products whose id or description holds a text, by how often they were sold before a moment.
-- Postage, fees and vouchers are not among them.
SELECT
    product_id                                                          AS name,
    any(names.description)                                              AS label,
    sum(sold.lines)                                                     AS customers
FROM
(
    SELECT product_key, sum(sale_lines) AS lines
    FROM product_days
    WHERE day < toDate({until:DateTime('UTC')})
    GROUP BY product_key
) AS sold
ANY INNER JOIN products AS names ON names.product_key = sold.product_key
WHERE names.is_product
  AND
  (
      empty({text:String})
      OR positionCaseInsensitiveUTF8(names.product_id, {text:String}) > 0
      OR positionCaseInsensitiveUTF8(names.description, {text:String}) > 0
  )
GROUP BY name
ORDER BY customers DESC, name
LIMIT {most:UInt32}
