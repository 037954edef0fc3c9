"""Feeds about many persons: what an event commits to, who was in one, and proofs that need no database."""
