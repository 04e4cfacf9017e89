-- A product that sells a few times a month shows no kind of demand, whatever is planted: the sample
-- retailer plants kinds among the others, and says of these that they are slow.
ALTER TABLE sample_products
    MODIFY COLUMN demand_kind Enum8('steady' = 1, 'seasonal' = 2, 'erratic' = 3, 'slow' = 4);

ALTER TABLE staging_sample_products
    MODIFY COLUMN demand_kind Enum8('steady' = 1, 'seasonal' = 2, 'erratic' = 3, 'slow' = 4);
