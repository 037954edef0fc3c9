"""Signatures: keys, notes, checkpoints, and the policy that says whose count. Pure."""
