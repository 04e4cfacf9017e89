-- Which of some categories or products one customer bought since a moment.
SELECT DISTINCT if({column:String} = 'category', toString(category), names.product_id) AS name
FROM order_lines AS bought
ANY LEFT JOIN products AS names ON names.product_key = bought.product_key
WHERE bought.customer_key = {customer:UInt64}
  AND bought.kind = 'sale'
  AND bought.ordered_at >= {since:DateTime('UTC')}
  AND bought.ordered_at < {until:DateTime('UTC')}
  AND (empty({countries:Array(String)}) OR bought.country IN {countries:Array(String)})
  AND (empty({channels:Array(String)}) OR bought.channel IN {channels:Array(String)})
  AND (empty({categories:Array(String)}) OR bought.category IN {categories:Array(String)})
  AND name IN {names:Array(String)}
ORDER BY name
