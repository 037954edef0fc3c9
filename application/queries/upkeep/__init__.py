"""The ledger itself: its keys, log, progress, audit and copies."""
