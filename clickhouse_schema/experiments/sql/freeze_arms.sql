-- Write down who is in which arm.
INSERT INTO experiment_arms (freeze_id, customer_key, arm, cell, spend_score)
SELECT {freeze_id:String}, customer_key, {{arm_of_place}}, cell, spend_score
FROM
(
    {{candidates}}
)
