-- Every country, channel and category in the data with its revenue of all time, largest first.
SELECT 'country' AS dimension, toString(country) AS value, toFloat64(sum(net_amount)) AS revenue
FROM daily_sales
GROUP BY value
UNION ALL
SELECT 'channel' AS dimension, toString(channel) AS value, toFloat64(sum(net_amount)) AS revenue
FROM daily_sales
GROUP BY value
UNION ALL
SELECT 'category' AS dimension, toString(category) AS value, toFloat64(sum(net_amount)) AS revenue
FROM daily_sales
GROUP BY value
ORDER BY dimension, revenue DESC, value
