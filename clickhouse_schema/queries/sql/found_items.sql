-- The items of a run, the most frequent first.
SELECT item, item_key, item_id, name, category, baskets, later, revenue, cost, cost_known,
    stretches
FROM basket_items
WHERE attempt = {attempt:UInt64}
ORDER BY item
