"""Pruning: entries of a prefix go, of files that are closed; the log keeps the hash of every entry.

What goes is decided elsewhere (`application.acts.pruning`). Here it is removed, recorded and told of.
"""
