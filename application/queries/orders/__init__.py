"""Orders of authorities: what is due, what they may have, what is secret; the confidential ledger only."""
