"""Proofs for outsiders: made from the log's files, checked without a database."""
