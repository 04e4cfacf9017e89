-- Customers per category they ever bought.
SELECT
    category                                                            AS name,
    name                                                                AS label,
    uniqExact(customer_key)                                             AS customers
FROM order_lines
WHERE kind = 'sale'
  AND customer_key != 0
  AND ordered_at < {until:DateTime('UTC')}
  AND (empty({countries:Array(String)}) OR country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR category IN {categories:Array(String)})
  AND {{in_segment}}
GROUP BY name
ORDER BY customers DESC, name
