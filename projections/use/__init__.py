"""Permitted uses of a person's data at a time. Pure."""
