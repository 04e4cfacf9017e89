-- Sums over the customers of an experiment's frozen arms, per arm and pair of scores at the start.
-- Who has not ordered since, and whose orders were taken out again, counts with zeros.
SELECT
    arm,
    cell,
    {{measures}}
FROM
(
    SELECT customer_key, arm, cell FROM experiment_arms WHERE freeze_id = {freeze_id:String}
) AS arms
ANY LEFT JOIN
(
    {{customer_outcomes}}
) AS outcomes USING customer_key
GROUP BY arm, cell
ORDER BY arm, cell
