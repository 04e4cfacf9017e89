-- The different items of each basket, by their numbers. Millions of baskets are small: collecting
-- and then comparing costs less than a set for each.
INSERT INTO basket_sets
SELECT
    {attempt:UInt64},
    min(ordered_at) >= {half:DateTime('UTC')},
    toUInt8(least(intDiv(toDate(min(ordered_at)) - {first:Date}, {width:UInt16}), 119)),
    arrayDistinct(groupArray(numbers.item))
FROM
(
    {{basket_lines}}
) AS lines
INNER JOIN
(
    SELECT item_key, item FROM basket_numbers WHERE attempt = {attempt:UInt64}
) AS numbers ON numbers.item_key = lines.item_key
GROUP BY lines.basket
