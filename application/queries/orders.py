"""`ledger order list`, `show`: what authorities ordered, by what is due next."""
