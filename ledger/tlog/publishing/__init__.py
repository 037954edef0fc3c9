"""Publishing: what is recorded becomes leaves under a signed checkpoint."""
