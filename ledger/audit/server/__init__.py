"""The server's own catalogue against a fresh one: every row of every table of `pg_catalog`, or a reason."""
