"""`ledger secrecy list`: what must stay secret, and when that is reviewed."""
