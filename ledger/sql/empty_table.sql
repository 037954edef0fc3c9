-- Rows that the migrations wrote make room for those of a copy.
TRUNCATE {namespace}.{table}
