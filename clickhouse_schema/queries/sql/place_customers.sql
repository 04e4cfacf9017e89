-- Customers per country or channel they ever ordered from.
SELECT
    if({column:String} = 'country', toString(country), toString(channel)) AS name,
    name                                                                AS label,
    uniqExact(customer_key)                                             AS customers
FROM
(
    {{counted_orders}}
)
WHERE is_order
GROUP BY name
ORDER BY customers DESC, name
