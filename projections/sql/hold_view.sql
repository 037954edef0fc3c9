-- Keep a view's rows from being swapped away until the end of the transaction. {table}.
LOCK TABLE {views}.{table} IN ACCESS SHARE MODE
