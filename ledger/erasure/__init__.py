"""Erasure: keys are destroyed, and the ledger records that they were."""
