"""The one reader of tables (.csv, .xlsx, .parquet) that people and other programs wrote."""
