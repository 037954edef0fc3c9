"""The base of every view: counted events, folded in order. Pure."""
