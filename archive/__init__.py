"""Published history as Parquet: written once, checked without the database, counted by any engine."""
