"""`ledger order list` and `show`."""
