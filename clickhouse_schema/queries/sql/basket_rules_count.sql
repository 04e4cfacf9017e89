-- How many rules of a run there are on all pages.
SELECT count() AS found
FROM basket_rules
WHERE {{chosen_rules}}
