"""Sealing and keys in memory: what is computed from keys, and the provider of the keys that wrap all others."""
