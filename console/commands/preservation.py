"""`ledger preservation`: imposed, extended, released."""
