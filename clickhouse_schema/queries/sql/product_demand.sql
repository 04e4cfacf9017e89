-- What each product sold in a slice, and the sums that its variation over whole weeks or months
-- is made of.
-- Periods without a sale are never made: their number is known from the calendar.
-- Reads the small table of products and days, so it knows no country, channel or customer.
SELECT
    {{demand_sums}}
FROM
(
    SELECT
        *,
        revenue / units                                                 AS price,
        if(period < 0, 0, if({in_money:UInt8} = 1, revenue, units))     AS demand
    FROM
    (
        {{sold_in_periods}}
    )
)
GROUP BY product_key
HAVING all_units > 0
ORDER BY product_key
