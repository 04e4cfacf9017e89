-- Members of a selection, and how many of them another experiment or the holdout of all has.
SELECT
    count()                                                             AS members,
    countIf(in_other)                                                   AS taken,
    countIf(NOT in_other AND in_holdout)                                AS held
FROM
(
    SELECT
        customer_key,
        customer_key IN
        (
            SELECT customer_key FROM experiment_arms WHERE freeze_id IN {taken:Array(String)}
        )                                                               AS in_other,
        {{held_back}}                                                   AS in_holdout
    FROM ({{who}})
)
