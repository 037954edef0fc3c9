"""The application: what may be asked of a ledger, and what its privacy office may do. Knows no edge."""
