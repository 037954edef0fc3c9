"""Sealing, and keys in memory: computations with keys, and the provider that wraps them all."""
