"""Witnesses: what they are asked for, what they sign, and one of our own."""
