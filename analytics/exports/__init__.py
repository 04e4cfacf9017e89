"""Members as files: the columns a marketing tool wants, as CSV, Parquet or Excel."""
