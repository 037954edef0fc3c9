"""Feeds about many persons: the commitment in an event, the members, and proofs that need no database."""
