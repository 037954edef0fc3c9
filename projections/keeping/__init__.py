"""Keeping: which data of a person stays, why, until when, and which is to be erased. Pure."""
