"""`ledger restriction`: what a person is not told under UAVG art. 41."""
