"""`ledger demo`: its data directory, and the tour."""
