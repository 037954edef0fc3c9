"""Sealing, and keys in memory: what is computed with keys, and the provider that wraps them all."""
