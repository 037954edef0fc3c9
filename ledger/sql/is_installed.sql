-- Whether the ledger's namespace is there. namespace: its name.
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(namespace)s)
