"""`ledger order`: what authorities order, from receipt to confirmation."""
