"""The event types, a file per block of the contract."""
