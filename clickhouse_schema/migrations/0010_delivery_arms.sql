-- In which arm of an experiment each customer of a delivery is; empty for a segment's.

ALTER TABLE delivery_members
    ADD COLUMN IF NOT EXISTS arm LowCardinality(String) AFTER average_order;
