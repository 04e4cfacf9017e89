-- A page of the rules of a run.
SELECT
    rule, left_items, right_item, left_text, right_text, items, orders, left_orders, right_orders,
    expected, support, confidence, lift, lift_low, lift_high, adjusted_lift, adjusted_low,
    adjusted_high, leverage, conviction, zhang, p, held, later_lift, revenue_gain, margin_gain
FROM basket_rules
WHERE {{chosen_rules}}
ORDER BY
    if({descending:UInt8} = 1, -1, 1) * multiIf(
        {sort:String} = 'rule', toFloat64(rule),
        {sort:String} = 'items', toFloat64(items),
        {sort:String} = 'orders', toFloat64(orders),
        {sort:String} = 'left_orders', toFloat64(left_orders),
        {sort:String} = 'right_orders', toFloat64(right_orders),
        {sort:String} = 'expected', toFloat64(expected),
        {sort:String} = 'support', toFloat64(support),
        {sort:String} = 'confidence', toFloat64(confidence),
        {sort:String} = 'lift', toFloat64(lift),
        {sort:String} = 'lift_low', toFloat64(lift_low),
        {sort:String} = 'lift_high', toFloat64(lift_high),
        {sort:String} = 'adjusted_lift', toFloat64(adjusted_lift),
        {sort:String} = 'adjusted_low', toFloat64(adjusted_low),
        {sort:String} = 'adjusted_high', toFloat64(adjusted_high),
        {sort:String} = 'leverage', toFloat64(leverage),
        {sort:String} = 'conviction', toFloat64(ifNull(conviction, inf)),
        {sort:String} = 'zhang', toFloat64(zhang),
        {sort:String} = 'p', toFloat64(p),
        {sort:String} = 'later_lift', toFloat64(ifNull(later_lift, -inf)),
        {sort:String} = 'revenue_gain', toFloat64(revenue_gain),
        {sort:String} = 'margin_gain', toFloat64(ifNull(margin_gain, -inf)),
        0),
    if({descending:UInt8} = 0, multiIf({sort:String} = 'left_text', left_text,
        {sort:String} = 'right_text', right_text, {sort:String} = 'held', toString(held), ''), ''),
    if({descending:UInt8} = 1, multiIf({sort:String} = 'left_text', left_text,
        {sort:String} = 'right_text', right_text, {sort:String} = 'held', toString(held), ''), '') DESC,
    rule
LIMIT {rows:UInt32} OFFSET {start:UInt32}
