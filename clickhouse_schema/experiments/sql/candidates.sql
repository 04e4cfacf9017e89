-- Members who can be split, one row each: their scores at {snapshot} and a place in [0, 1) that the
-- seed gives them among those of the same scores. Equal shares of places are equal shares of every
-- score. Out are those whom another experiment or the holdout of all has.
SELECT
    customer_key,
    cell,
    spend_score,
    (row_number() OVER (PARTITION BY cell, spend_score
        ORDER BY sipHash64({seed:UInt64}, customer_key), customer_key) - 1
     + sipHash64({seed:UInt64}, cell, spend_score) / pow(2, 64))
        / count() OVER (PARTITION BY cell, spend_score)                 AS place
FROM
(
    SELECT
        customer_key,
        toUInt8(({{r_score}} - 1) * 5 + {{f_score}})                    AS cell,
        toUInt8({{m_score}})                                            AS spend_score
    FROM
    (
        {{customer_outcomes}}
    )
    WHERE frequency > 0
      AND NOT ({{held_back}})
      AND customer_key NOT IN
      (
          SELECT customer_key FROM experiment_arms WHERE freeze_id IN {taken:Array(String)}
      )
)
