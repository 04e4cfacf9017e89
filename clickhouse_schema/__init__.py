"""Everything that speaks to the warehouse: schema, queries, loading."""
