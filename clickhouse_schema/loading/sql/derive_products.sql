-- A product is described by what most recently came with it, empty texts aside.
INSERT INTO staging_products
(
    batch_id, product_key, product_id, description, category, is_product, unit_cost
)
SELECT
    {batch:UInt32}                                          AS batch_id,
    product_key,
    argMax(product_id, line_no)                             AS product_id,
    argMaxIf(description, line_no, description != '')       AS description,
    argMaxIf(toString(category), line_no, category != '')   AS category,
    argMax(is_product, line_no)                             AS is_product,
    argMaxIf(unit_cost, line_no, unit_cost != 0)            AS unit_cost
FROM staging_product_lines
WHERE batch_id = {batch:UInt32}
GROUP BY product_key
