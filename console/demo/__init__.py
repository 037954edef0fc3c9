"""`ledger demo`: the ground it stands on, and the tour."""
