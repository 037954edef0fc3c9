"""Witnesses: requests to them, their signatures, and a witness of our own."""
