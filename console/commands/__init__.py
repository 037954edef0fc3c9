"""The commands, one module a group. Each opens the ledger, makes an answer and prints it."""
