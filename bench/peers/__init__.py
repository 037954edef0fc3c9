"""What the ledger is compared with, and benchmarks that put several of them beside it."""
