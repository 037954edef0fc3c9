"""Pruning: entries of closed files in a prefix are removed; the log keeps the hash of every entry.

`application.acts.pruning` decides which. Here they are removed, and the pruning is recorded and told of.
"""
