"""`ledger secrecy`: imposed, reviewed, lifted."""
